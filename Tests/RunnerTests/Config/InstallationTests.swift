import Foundation
import Testing

@testable import Runner

@Suite("The installation")
struct InstallationTests {
  @Test("is found from the executable upwards")
  func upwards() throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "run/models/digits.pt")
    let installation = try Installation(
      executable: "\(folder.path)/.build/release/run_exp", environment: ["HOME": "/home/me"])
    #expect(installation.root == folder.path)
    #expect(installation.program("worker") == "\(folder.path)/.build/release/worker")
    #expect(installation.builtModels == "/home/me/.cache/run_exp/models")
  }

  @Test("is where RUN_EXP_HOME and RUN_EXP_CACHE say")
  func environment() throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "run/models/digits.pt")
    let installation = try Installation(
      executable: "/usr/bin/run_exp", environment: ["RUN_EXP_HOME": folder.path, "RUN_EXP_CACHE": "/big"])
    #expect(installation.images == "\(folder.path)/run/payloads/images")
    #expect(installation.builtModels == "/big/models")
  }

  @Test("that is nowhere is a failure that says what to set", arguments: [[:], ["RUN_EXP_HOME": "/nowhere"]])
  func nowhere(environment: [String: String]) throws {
    let failure = try #require(throws: Failure.self) {
      try Installation(executable: "/nowhere/bin/run_exp", environment: environment)
    }
    #expect(failure.exitCode == .infrastructure)
    #expect(failure.description.contains("RUN_EXP_HOME"))
  }

  @Test("of a program that may be alone is its folder, or RUN_EXP_HOME, whatever is there")
  func alone() throws {
    func root(_ environment: [String: String]) throws -> String {
      try Installation(executable: "/nowhere/bin/run_exp", environment: environment, mayBeAlone: true).root
    }
    #expect(try root([:]) == "/nowhere/bin")
    #expect(try root(["RUN_EXP_HOME": "/nowhere"]) == "/nowhere")
    let folder = try TemporaryFolder()
    try folder.write("", to: "run/models/digits.pt")
    #expect(
      try Installation(executable: "\(folder.path)/bin/run_exp", environment: [:], mayBeAlone: true).root == folder.path
    )
  }

  @Test("knows the file of every built-in model")
  func models() throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "run/models/digits.pt")
    let installation = try Installation(
      executable: "\(folder.path)/run_exp", environment: ["RUN_EXP_CACHE": "/cache"])
    let locator = FileLocator(experiment: "x.json", currentFolder: "/nowhere")
    func file(_ name: String) throws -> String? {
      try ModelReference.file(of: name, installation: installation, locator: locator)
    }
    #expect(try file("digits_parity_k3") == "\(folder.path)/run/models/digits_parity_k3.pt")
    #expect(try file("resnet18") == "/cache/models/resnet18.pt")
    #expect(try file("mobilenet_v2") == "/cache/models/mobilenet_v2_025.pt")
    #expect(try file("synthetic") == nil)
    #expect(throws: Failure.self) { try file("linear.pt") }
  }
}
