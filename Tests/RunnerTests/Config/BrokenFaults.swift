import Testing

@testable import Runner

/// The sample's sweep has `equal` and `coded` trials of two base instances and one redundant one, of 304 queries at 3/s, the
/// last after 101 s if they are evenly spaced.
@Suite("Broken faults")
struct BrokenFaults {
  private static func broken(_ fault: String, _ keyPath: String, _ fragment: String) -> BrokenExperiment {
    .init(["faults": "[\(fault)]", "arrivals": uniform], keyPath, fragment)
  }

  private static let uniform = #"{"kind": "uniform"}"#

  static let shapes: [BrokenExperiment] = [
    .init(["faults": "{}"], "faults", "found an object; allowed: a list of up to 10000"),
    .init(["faults": #""kill""#], "faults", "allowed: a list"),
    broken("3", "faults[0]", #"found 3; allowed: {"at_s": 10"#),
    broken("{}", "faults[0].at_s", "missing"),
    broken("{}", "faults[0].action", #"missing; allowed: "kill", "restart", "pause""#),
    broken("{}", "faults[0].target", "missing; allowed: worker/<n>, parity/<n>"),
    broken(#"{"at": 1}"#, "faults[0].at", "did you mean at_s?"),
    broken(
      #"{"at_s": -1, "action": "kill", "target": "redis"}"#, "faults[0].at_s", "found -1; allowed: a number from 0"),
    broken(#"{"at_s": "1", "action": "kill", "target": "redis"}"#, "faults[0].at_s", #"found "1""#),
    broken(
      #"{"at_s": 1, "action": "explode", "target": "redis"}"#, "faults[0].action", #"found "explode"; allowed: "kill""#),
    broken(
      #"{"at_s": 1, "action": "kill", "target": "wroker/0"}"#, "faults[0].target",
      #"found "wroker/0"; allowed: worker/<n>"#),
    broken(#"{"at_s": 1, "action": "kill", "target": "worker"}"#, "faults[0].target", "found \"worker\""),
    broken(#"{"at_s": 1, "action": "kill", "target": "worker/-1"}"#, "faults[0].target", "worker/-1"),
    broken(#"{"at_s": 1, "action": "kill", "target": "worker/01"}"#, "faults[0].target", "worker/01"),
    broken(#"{"at_s": 1, "action": "kill", "target": "worker/0/0"}"#, "faults[0].target", "worker/0/0"),
    broken(#"{"at_s": 1, "action": "kill", "target": "worker/99999999999999999999"}"#, "faults[0].target", "allowed"),
    broken(#"{"at_s": 1, "action": "kill", "target": 3}"#, "faults[0].target", "found 3"),
  ]

  static let amounts: [BrokenExperiment] = [
    broken(
      #"{"at_s": 1, "action": "delay", "target": "worker/0"}"#, "faults[0].delay_ms", "missing; allowed: milliseconds"),
    broken(
      #"{"at_s": 1, "action": "delay", "target": "worker/0", "delay_ms": -5}"#, "faults[0].delay_ms",
      "found -5; allowed: a number from 0 to 60000 (ms)"),
    broken(
      #"{"at_s": 1, "action": "delay", "target": "worker/0", "delay_ms": 60001}"#, "faults[0].delay_ms", "found 60001"),
    broken(#"{"at_s": 1, "action": "slow", "target": "worker/0"}"#, "faults[0].factor", "missing"),
    broken(
      #"{"at_s": 1, "action": "slow", "target": "worker/0", "factor": 0.5}"#, "faults[0].factor",
      "found 0.5; allowed: a number from 1 to 10000"),
    broken(
      #"{"at_s": 1, "action": "kill", "target": "worker/0", "factor": 2}"#, "faults[0].factor",
      "without effect unless action is \"slow\""),
    broken(
      #"{"at_s": 1, "action": "slow", "target": "worker/0", "factor": 2, "delay_ms": 2}"#, "faults[0].delay_ms",
      "without effect unless action is \"delay\""),
  ]

  static let targets: [BrokenExperiment] = [
    broken(
      #"{"at_s": 1, "action": "kill", "target": "worker/3"}"#, "faults[0].target",
      "found \"worker/3\"; allowed: worker/0 to worker/2, as many as the largest trial has"),
    broken(
      #"{"at_s": 1, "action": "kill", "target": "parity/3"}"#, "faults[0].target",
      "found \"parity/3\"; allowed: parity/0 to parity/0, or parity/2 to parity/2, as many"),
    broken(
      #"{"at_s": 1, "action": "kill", "target": "client/1"}"#, "faults[0].target", "allowed: client/0 to client/0"),
    broken(
      #"{"at_s": 1, "action": "kill", "target": "approximate/0"}"#, "faults[0].target",
      "no mode of the sweep has approximate instances"),
    .init(
      ["redundancy_modes": #"["none"]"#, "faults": #"[{"at_s": 1, "action": "kill", "target": "parity/2"}]"#],
      "faults[0].target", "no mode of the sweep has parity instances"),
    broken(#"{"at_s": 1, "action": "restart", "target": "client/0"}"#, "faults[0].target", "the load of a client"),
    broken(#"{"at_s": 1, "action": "restart", "target": "frontend"}"#, "faults[0].target", "the records of the trial"),
    broken(
      #"{"at_s": 1, "action": "slow", "target": "redis", "factor": 2}"#, "faults[0].target",
      "the batches of a model take longer; allowed: worker/<n>"),
  ]

  static let times: [BrokenExperiment] = [
    broken(
      #"{"at_s": 103, "action": "kill", "target": "worker/0"}"#, "faults[0].at_s",
      "found 103; the load of a trial that has worker/0 is over by then; allowed: a number >= 0 and below 101 (s"),
    broken(#"{"at_s": 1e9, "action": "kill", "target": "random"}"#, "faults[0].at_s", "found 1e9"),
    .init(
      [
        "faults":
          #"[{"at_s": 1, "action": "kill", "target": "redis"}, {"at_s": 101.1, "action": "kill", "target": "redis"}]"#,
        "arrivals": uniform,
      ],
      "faults[1].at_s", "found 101.1"),
  ]

  @Test(
    "are refused with the key path, what was found and what is allowed", arguments: shapes + amounts + targets + times)
  func refused(broken: BrokenExperiment) throws {
    do {
      _ = try Sample.experiment(broken.changes, place: broken.place)
      Issue.record("was taken")
    } catch let error as InvalidExperiment {
      #expect(
        error.problems.contains { $0.keyPath == broken.keyPath && $0.message.contains(broken.fragment) },
        "\(error.problems.map { "\($0.keyPath): \($0.message)" })")
    }
  }

  @Test(
    "are only those that no trial of the sweep can have",
    arguments: [
      #"{"at_s": 100, "action": "kill", "target": "worker/2"}"#,
      #"{"at_s": 0, "action": "pause", "target": "parity/2"}"#,
      #"{"at_s": 0, "action": "resume", "target": "parity/0"}"#,
      #"{"at_s": 3, "action": "partition", "target": "redis"}"#,
      #"{"at_s": 3, "action": "heal", "target": "frontend"}"#, #"{"at_s": 3, "action": "restart", "target": "redis"}"#,
      #"{"at_s": 3, "action": "delay", "target": "client/0", "delay_ms": 0}"#,
      #"{"at_s": 3, "action": "slow", "target": "random", "factor": 1}"#,
    ])
  func taken(fault: String) throws {
    #expect(try Sample.experiment(["faults": "[\(fault)]", "arrivals": Self.uniform]).faults.count == 1)
  }

  @Test("are not those that only a longer trial of the sweep has")
  func longestTrial() throws {
    let faults = #"[{"at_s": 50, "action": "kill", "target": "random"}]"#
    #expect(try Sample.experiment(["faults": faults, "send_rates": "[3, 300]"]).faults.count == 1)
    #expect(throws: InvalidExperiment.self) { try Sample.experiment(["faults": faults, "send_rates": "[300]"]) }
  }

  @Test("leave the load, and trials without them the fingerprint, as they were")
  func identity() throws {
    let plain = Sweep(try Sample.experiment()).trials[0]
    let disturbed = Sweep(try Sample.experiment(["faults": #"[{"at_s": 1, "action": "kill", "target": "redis"}]"#]))
      .trials[0]
    #expect(plain.seed == disturbed.seed)
    #expect(disturbed.differences(from: plain) == ["faults"])
    let canonical = { try String(decoding: Fingerprint.canonical($0, environment: ["a": 1]), as: UTF8.self) }
    #expect(try !canonical(plain).contains("faults"))
    #expect(
      try canonical(disturbed).contains(#""faults":[{"action":"kill","at_s":1,"target":"redis"}]"#))
  }
}
