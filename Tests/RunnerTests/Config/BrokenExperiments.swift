import Testing

@testable import Runner

/// An experiment with one thing wrong, and what must be said about it.
struct BrokenExperiment: CustomTestStringConvertible, Sendable {
  var changes: [String: String?]
  var keyPath: String
  var fragment: String
  var place: ExperimentReader.Place

  init(_ changes: [String: String?], _ keyPath: String, _ fragment: String, place: ExperimentReader.Place = .local) {
    self.changes = changes
    self.keyPath = keyPath
    self.fragment = fragment
    self.place = place
  }

  var testDescription: String { changes.map { "\($0.key): \($0.value ?? "(missing)")" }.joined(separator: ", ") }
}

@Suite("Broken experiments")
struct BrokenExperiments {
  static let basic: [BrokenExperiment] = [
    .init(["num_modles": "2"], "num_modles", "unknown key; did you mean num_models?"),
    .init(["queue_mode": #"["rr"]"#], "queue_mode", "did you mean queue_modes?"),
    .init(["zzzzzzzzzzzz": "1"], "zzzzzzzzzzzz", "unknown key; known: experiment_id"),
    .init(["": "1"], "\"\"", "unknown key"),
    .init(["num_models": nil], "num_models", "missing; allowed: an integer from 2"),
    .init(["s3_path": nil], "s3_path", "missing"),
    .init(["s3_path": "3"], "s3_path", "found 3"),
    .init(["experiment_id": #""""#], "experiment_id", "found \"\""),
    .init(["experiment_id": #""..""#], "experiment_id", "not beginning with '.'"),
    .init(["experiment_id": #""../up""#], "experiment_id", "found \"../up\""),
    .init(["experiment_id": #""a/b""#], "experiment_id", "found \"a/b\""),
    .init(["experiment_id": #""a\u0000b""#], "experiment_id", #"found "a\u{0}b""#),
    .init(["experiment_id": #"".hidden""#], "experiment_id", "found \".hidden\""),
    .init(["experiment_id": #""-rf""#], "experiment_id", "found \"-rf\""),
    .init(["experiment_id": "7"], "experiment_id", "found 7"),
    .init(["worker_type": #""a b""#], "worker_type", "found \"a b\""),
    .init(["num_models": #""2""#], "num_models", #"found "2"; allowed: an integer"#),
    .init(["num_models": "true"], "num_models", "found true"),
    .init(["num_models": "1"], "num_models", "found 1; allowed: an integer from 2"),
    .init(["num_models": "2.0"], "num_models", "written without point"),
    .init(["num_models": "3.5"], "num_models", "found 3.5; allowed: an integer"),
    .init(["num_models": "1e400"], "num_models", "found 1e400"),
    .init(["num_models": "99999999999999999999"], "num_models", "found 99999999999999999999"),
    .init(["num_models": "null"], "num_models", "found null"),
    .init(["num_clients": "0"], "num_clients", "found 0; allowed: an integer from 1"),
    .init(["num_queries": "-5"], "num_queries", "found -5"),
    .init(["num_trials": "-1"], "num_trials", "found -1; allowed: an integer from 1"),
    .init(["send_rates": "[]"], "send_rates", "found an empty list; allowed: a list of at least one number > 0"),
    .init(["send_rates": "3"], "send_rates", "found 3; allowed: a list"),
    .init(["send_rates": "[3, 5, 0]"], "send_rates[2]", "found 0; allowed: a number > 0"),
    .init(["send_rates": "[-3]"], "send_rates[0]", "found -3"),
    .init(["send_rates": "[3, 3.0]"], "send_rates[1]", "stands in the list twice"),
    .init(["send_rates": "[1e999]"], "send_rates[0]", "found 1e999"),
    .init(["send_rates": "[1e-8]"], "send_rates[0]", "days; allowed: up to 30 days a trial"),
    .init(["send_rates": #"["3"]"#], "send_rates[0]", #"found "3""#),
    .init(["send_rates": "[[3]]"], "send_rates[0]", "found a list"),
    .init(["batch_sizes": "[1, 0]"], "batch_sizes[1]", "found 0; allowed: an integer from 1"),
    .init(["batch_sizes": "[65]"], "batch_sizes[0]", "allowed: an integer from 1 to 64 with inputs of this size"),
    .init(["ec_k_val": "[1]"], "ec_k_val[0]", "found 1; allowed: an integer from 2 to num_models (2)"),
    .init(["ec_k_val": "[2, 3]"], "ec_k_val[1]", "found 3; allowed: an integer from 2 to num_models (2)"),
    .init(["queue_modes": #"["lifo"]"#], "queue_modes[0]", #"allowed: "single_queue", "rr""#),
    .init(["redundancy_modes": #"["codde"]"#], "redundancy_modes[0]", #"found "codde"; allowed: "none""#),
    .init(["redundancy_modes": #"["equal", "hegded"]"#], "redundancy_modes[1]", #"allowed: "none", "equal""#),
    .init(["background_traffic": "[1001]"], "background_traffic[0]", "from 0 to 1000"),
    .init(["background_traffic": "[-1]"], "background_traffic[0]", "found -1", place: .anywhere),
    .init(["background_traffic": #"["cliper"]"#], "background_traffic[0]", "or \"clipper\"", place: .anywhere),
    .init(
      ["background_traffic": #"["clipper"]"#, "worker_type": #""m5.large""#], "background_traffic[0]",
      "worker_type c5.xlarge and p2.xlarge only; add background_rate", place: .anywhere),
  ]

  static let optional: [BrokenExperiment] = [
    .init(["system": #""gpulet""#], "system", #"found "gpulet"; allowed: "parm""#),
    .init(["seed": "-1"], "seed", "found -1"),
    .init(["warmup_batches": "-1"], "warmup_batches", "found -1"),
    .init(["encoder": #""concatenate""#], "encoder", #"allowed: "sum", "concatenation""#),
    .init(
      ["model": #""digits""#, "encoder": #""concatenation""#, "num_models": "5", "ec_k_val": "[2, 5]"], "ec_k_val[1]",
      "for concatenation and 1 parity, digits has parity models for k of: 2, 3, 4"),
    .init(
      [
        "model": #""synthetic""#, "encoder": #""concatenation""#, "num_models": "9", "ec_k_val": "[9]",
        "payload": #"{"kind": "floats", "count": 8}"#,
      ], "ec_k_val[0]", "an input of 8 has no room for so many tiles"),
    .init(
      ["model": #""digits""#, "parities": "2", "num_models": "3", "ec_k_val": "[2, 3]"], "ec_k_val[1]",
      "for sum and 2 parities, digits has parity models for k of: 2; for others give parity_model"),
    .init(["encoder": #""product""#], "encoder", #"allowed: "sum""#),
    .init(["parities": "4"], "parities", "found 4; allowed: an integer from 1 to 3"),
    .init(["parities": "0"], "parities", "found 0"),
    .init(["background_rate": "16"], "background_rate", "without effect unless background_traffic has"),
    .init(["background_rate": "0", "background_traffic": #"["clipper"]"#], "background_rate", "found 0"),
    .init(["slo_ms": "0"], "slo_ms", "found 0; allowed: a number > 0"),
    .init(["batch_timeout_ms": "-2"], "batch_timeout_ms", "found -2"),
    .init(["max_in_flight": "0"], "max_in_flight", "found 0"),
    .init(["arrivals": #""poisson""#], "arrivals", #"found "poisson"; allowed: {"kind""#),
    .init(["arrivals": #"{"kind": "poison"}"#], "arrivals.kind", #"allowed: "poisson", "uniform", "trace""#),
    .init(["arrivals": #"{"kind": "uniform", "file": "x"}"#], "arrivals.file", "without effect"),
    .init(["arrivals": #"{"kind": "trace"}"#], "arrivals.file", "missing"),
    .init(["arrivals": #"{"kind": "trace", "file": "no.txt"}"#], "arrivals.file", "there is no /nowhere/no.txt"),
    .init(["payload": #"{"kind": "digits"}"#], "payload", "resnet18 cannot be fed with it"),
    .init(["payload": #"{"kind": "floats"}"#], "payload.count", "missing"),
    .init(["payload": #"{"kind": "images", "folder": "no"}"#], "payload.folder", "there is no /nowhere/no"),
    .init(["payload": #"{"kind": "images", "count": 3}"#], "payload.count", "without effect"),
    .init(["payload": "{}"], "payload.kind", "missing"),
    .init(["service_time": #"{"median_ms": 3}"#], "service_time", "only the model \"synthetic\""),
    .init(
      ["model": #""synthetic""#, "service_time": #"{"kind": "normal"}"#], "service_time.kind", #"found "normal""#),
    .init(
      ["model": #""synthetic""#, "service_time": #"{"median": 3}"#], "service_time.median", "did you mean median_ms"),
    .init(
      ["model": #""synthetic""#, "service_time": #"{"kind": "empirical"}"#], "service_time.file", "missing"),
    .init(
      ["model": #""synthetic""#, "service_time": #"{"kind": "constant", "sigma": 1}"#], "service_time.sigma",
      "without effect"),
    .init(["slowdowns": "{}"], "slowdowns", "allowed: a list of"),
    .init(["slowdowns": #"[{"added_ms": 5}]"#], "slowdowns[0].probability", "missing"),
    .init(["slowdowns": #"[{"probability": 0.1}]"#], "slowdowns[0]", "neither added_ms nor factor"),
    .init(
      ["slowdowns": #"[{"probability": 0.1, "factor": 2, "added_ms": 1}]"#], "slowdowns[0]",
      "both added_ms and factor"),
    .init(["slowdowns": #"[{"probability": 0.1, "factor": 20000}]"#], "slowdowns[0].factor", "from 1 to 10000"),
    .init(["slowdowns": #"[{"probability": 1.5, "factor": 2}]"#], "slowdowns[0].probability", "found 1.5"),
    .init(
      ["slowdowns": #"[{"workers": [0, 4], "probability": 0.1, "factor": 2}]"#], "slowdowns[0].workers[1]",
      "found 4; allowed: a worker id from 0 to 2"),
    .init(["slowdowns": #"[{"workers": [], "probability": 0, "factor": 2}]"#], "slowdowns[0].workers", "empty list"),
    .init(["model": #""resnet81""#], "model", #"did you mean "resnet18"?"#),
    .init(["model": #""""#], "model", "found \"\""),
    .init(["model": #""no.pt""#, "payload": #"{"kind": "digits"}"#, "parity_model": #""dummy""#], "model", "no.pt"),
    .init(
      ["model": #""digits""#, "num_models": "5", "ec_k_val": "[2, 5]"], "ec_k_val[1]",
      "has parity models for k of: 2, 3, 4"
    ),
    .init(["model": #""digits""#, "parity_model": #""resnet18""#], "parity_model", "takes other inputs than digits"),
    .init(["model": #""mobilenet_v2""#], "parity_model", "missing; \"coded\" needs one"),
  ]

  @Test("names the key path, what was found and what is allowed", arguments: basic + optional)
  func oneProblem(broken: BrokenExperiment) throws {
    let error = try #require(throws: InvalidExperiment.self) {
      try Sample.experiment(broken.changes, place: broken.place)
    }
    #expect(error.problems.map(\.keyPath) == [broken.keyPath], "\(error)")
    #expect(error.description.contains(broken.fragment), "\(error)")
    #expect(error.description.hasPrefix("x.json"))
    #expect(!error.description.contains("\n"))
  }

  @Test("are told all at once, in the order of the text, what is missing first")
  func severalProblems() throws {
    let error = try #require(throws: InvalidExperiment.self) {
      try Sample.experiment([
        "experiment_id": nil, "ec_k_val": "[9]", "send_rates": "[1, 0]", "slo_ms": "0", "model": #""resnet19""#,
      ])
    }
    #expect(error.problems.map(\.keyPath) == ["experiment_id", "model", "ec_k_val[0]", "send_rates[1]", "slo_ms"])
    #expect(
      error.description.split(separator: "\n").contains { $0.hasPrefix("x.json:11:20: send_rates[1]:") }, "\(error)")
  }

  @Test("of which very much is wrong are cut short")
  func manyProblems() throws {
    let zeros = Array(repeating: "0", count: 50).joined(separator: ",")
    let error = try #require(throws: InvalidExperiment.self) { try Sample.experiment(["send_rates": "[\(zeros)]"]) }
    #expect(error.problems.count == 50)
    #expect(error.description.split(separator: "\n").count == 21)
    #expect(error.description.hasSuffix("and 30 more"))
  }

  @Test("with a key given twice say where the first is")
  func duplicateKey() throws {
    let text = "{\"num_models\": 2,\n\"num_models\": 3," + Sample.text(["num_models": nil]).dropFirst()
    let error = try #require(throws: InvalidExperiment.self) { try Sample.read(text) }
    #expect(error.description == "x.json:2:1: num_models: given twice; the first is at x.json:1:16")
  }

  @Test("that are no object say what an experiment is")
  func noObject() throws {
    let error = try #require(throws: InvalidExperiment.self) { try Sample.read("[1]") }
    #expect(error.description.contains("found a list; allowed: an object"))
  }

  @Test("with more trials than could ever run are refused")
  func tooManyTrials() throws {
    let rates = (1...20).map(String.init).joined(separator: ",")
    let error = try #require(throws: InvalidExperiment.self) {
      try Sample.experiment(["send_rates": "[\(rates)]", "num_trials": "10000"])
    }
    #expect(error.description.contains("400000 trials"))
  }
}
