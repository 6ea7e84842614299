import Testing

@testable import Runner

@Suite("The file of an experiment")
struct ExperimentFileTests {
  @Test("is named when it is missing")
  func missing() throws {
    let error = try #require(throws: InvalidExperiment.self) {
      try ExperimentFile(path: "/nowhere/x.json").load(place: .local)
    }
    #expect(error.description.hasPrefix("/nowhere/x.json: no such file"))
  }

  @Test("is no folder")
  func folder() throws {
    let folder = try TemporaryFolder()
    let error = try #require(throws: InvalidExperiment.self) {
      try ExperimentFile(path: folder.path).load(place: .local)
    }
    #expect(error.description.contains("a folder"))
  }

  @Test("may not be empty, nor may a model")
  func empty() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("", to: "x.json")
    let error = try #require(throws: InvalidExperiment.self) { try ExperimentFile(path: file).load(place: .local) }
    #expect(error.description.contains("the text is empty"))
    let model = try folder.write("", to: "x.pt")
    let unusable = try #require(throws: FileCheck.Unusable.self) {
      try FileCheck(locator: FileLocator(experiment: file)).model(model)
    }
    #expect(unusable.description.contains("is not a TorchScript file"))
  }

  @Test("names the line of a trace that goes back in time")
  func trace() throws {
    let folder = try TemporaryFolder()
    let trace = try folder.write("0.5\n\n0.25\n", to: "trace.txt")
    let text = Sample.text(["arrivals": #"{"kind": "trace", "file": "trace.txt"}"#, "send_rates": "[1]"])
    let file = try folder.write(text, to: "x.json")
    let error = try #require(throws: InvalidExperiment.self) { try ExperimentFile(path: file).load(place: .local) }
    #expect(
      error.description.contains("arrivals.file: \(trace):3: found \"0.25\" after 0.5; allowed: numbers in ascending"))
  }

  @Test("is refused, in one line, wherever it is cut short")
  func cutShort() throws {
    let folder = try TemporaryFolder()
    let text = Sample.text()
    for length in stride(from: 0, to: text.count, by: 7) {
      let file = try folder.write(String(text.prefix(length)), to: "cut.json")
      let error = try #require(throws: InvalidExperiment.self) { try ExperimentFile(path: file).load(place: .local) }
      #expect(error.problems.count == 1)
      #expect(error.description.hasPrefix("\(file):"))
    }
  }

  @Test("takes values of --set before anything is checked, the last one of a key")
  func overrides() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(Sample.text(["send_rates": "[]", "background_traffic": "[4]"]), to: "x.json")
    let overrides = ["send_rates=[1]", "background_traffic=[0]", "send_rates=[30, 60]", "model=synthetic"]
    let experiment = try ExperimentFile(path: file).load(
      overrides: overrides.map { try Override($0) }, place: .local)
    #expect(experiment.sendRates == [30, 60])
    #expect(experiment.model == "synthetic")
    #expect(experiment.serviceTime == .standard)
  }

  @Test("is not blamed for a value of --set")
  func overrideProblems() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(Sample.text(), to: "x.json")
    let overrides = try ["send_rates=[3, -1]", "num_clients=0", "num_modles=3"].map { try Override($0) }
    let error = try #require(throws: InvalidExperiment.self) {
      try ExperimentFile(path: file).load(overrides: overrides, place: .local)
    }
    let lines = Set(error.description.split(separator: "\n").map(String.init))
    #expect(
      lines == [
        "--set send_rates: send_rates[1]: found -1; allowed: a number > 0 and <= 1000000 (queries/s)",
        "--set num_clients: found 0; allowed: an integer from 1 to 1000",
        "--set num_modles: unknown key; did you mean num_models?",
      ])
  }
}

@Suite("--set")
struct OverrideTests {
  @Test("takes JSON", arguments: [("a=3", "3"), ("a=[1, 2]", "a list"), ("a=\"x=y\"", "\"x=y\""), ("a=true", "true")])
  func json(argument: String, found: String) throws {
    #expect(try Override(argument).node.found == found)
  }

  @Test(
    "takes a bare word as a string",
    arguments: ["digits", "models/p_k{k}.pt", "s3://bucket", "../x.pt", "NaN", "True", "/a/b-1.pt"])
  func word(value: String) throws {
    #expect(try Override("model=\(value)").node.value == .string(value))
  }

  @Test(
    "says how to write what is neither",
    arguments: ["send_rates", "=3", "send_rates=", "send_rates=[30", "a=3,4", "a={b: 1}", "a=-x", "a='x'", "a=x y"])
  func broken(argument: String) throws {
    let failure = try #require(throws: Failure.self) { try Override(argument) }
    #expect(failure.exitCode == .usage)
    #expect(failure.description.hasPrefix("--set \(argument): "))
    #expect(failure.description.contains("write --set"))
  }
}
