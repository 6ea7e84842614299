import Wire
import ArgumentParser
import Serving
import Testing

@testable import Worker

@Suite struct ArgumentTests {
  private static let usual = ["--number", "3", "--pool", "base", "--model", "dummy", "--input", "floats:8x8"]

  @Test("The command line of a trial is understood")
  func trial() throws {
    let command = try WorkerCommand.parse(
      [
        "--redis", "127.0.0.1:6379", "--run", "7", "--number", "3", "--pool", "parity:1", "--model", "synthetic",
        "--input", "floats:1x8x8", "--service-time", #"{"kind":"lognormal","median_ms":25,"sigma":0.05}"#,
        "--slowdowns",
        #"[{"workers":null,"probability":0.01,"added_ms":100},{"workers":[1,3],"probability":1,"factor":2}]"#,
      ])
    #expect(command.redis == HostPort(host: "127.0.0.1", port: 6379))
    #expect(command.pool == .parity(1))
    #expect(command.input == .floats([1, 8, 8]) && command.input.bytes == 256)
    #expect(command.serviceTime == ServiceTime())
    #expect(
      command.slowdowns == [
        Slowdown(probability: 0.01, added_ms: 100),
        Slowdown(workers: [1, 3], probability: 1, factor: 2),
      ])
  }

  @Test(
    "A wrong argument is a usage error",
    arguments: [
      [], ["--redis", "a:1"], ["--frontend", "a:1", "--redis", "b:2", "--run", "r"], ["--frontend", "a"],
      ["--frontend", ":1"], ["--frontend", "a:0"], ["--frontend", "a:70000"], ["--frontend", "a:1", "--threads", "0"],
      ["--frontend", "a:1", "--service-time", "{"],
      ["--frontend", "a:1", "--service-time", #"{"median_ms":-1}"#],
      ["--frontend", "a:1", "--service-time", #"{"kind":"empirical"}"#],
      ["--frontend", "a:1", "--service-time", #"{"kind":"gamma"}"#],
      ["--frontend", "a:1", "--slowdowns", #"[{"probability":0.5}]"#],
      ["--frontend", "a:1", "--slowdowns", #"[{"probability":0.5,"added_ms":1,"factor":2}]"#],
      ["--frontend", "a:1", "--slowdowns", #"[{"probability":0.5,"factor":0.5}]"#],
    ])
  func usage(arguments: [String]) {
    let error = #expect(throws: (any Error).self) { try WorkerCommand.parse(arguments + ArgumentTests.usual) }
    #expect(error.map { WorkerCommand.exitCode(for: $0).rawValue } == 64)
  }

  @Test("An input that is no shape, a pool that is none, are refused")
  func values() {
    for input in ["floats", "floats:", "floats:0", "floats:8x", "floats:-1", "image", "floats:99999x99999x99999x99999"]
    {
      #expect(throws: ValidationError.self, "\(input)") { try InputForm.parse(argument: input) }
    }
    for pool in ["", "parity", "parity:", "parity:-1", "parity:256", "Base", "parity:1:2"] {
      #expect(throws: ValidationError.self, "\(pool)") { try Pool.parse(argument: pool) }
    }
  }
}
