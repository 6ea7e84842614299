import Foundation
import NIOPosix

/// The `client` executable, run as a process.
final class ClientProcess: Sendable {
  private let process: Process
  private let output: Pipe
  private let errors: Pipe

  struct Exit: Sendable {
    var code: Int32
    var output: String
    var errors: String
  }

  /// Starts the executable that was built beside these tests.
  init(_ arguments: [String], environment: [String: String] = [:]) throws {
    process = Process()
    process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
      .deletingLastPathComponent().appendingPathComponent("client")
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    try process.run()
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
  }

  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// Waits for its end.
  func exit() async throws -> Exit {
    async let output = ClientProcess.text(output)
    async let errors = ClientProcess.text(errors)
    let texts = try await (output, errors)
    try await NIOThreadPool.singleton.runIfActive { [process] in process.waitUntilExit() }
    return Exit(code: process.terminationStatus, output: texts.0, errors: texts.1)
  }

  private static func text(_ pipe: Pipe) async throws -> String {
    try await NIOThreadPool.singleton.runIfActive {
      String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    }
  }
}

/// A folder that goes when the test does.
final class TemporaryFolder: Sendable {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("run_exp-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }
  var names: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() } }

  /// The rows of a CSV file by the names of its header.
  func rows(_ name: String) throws -> [[String: String]] {
    let lines = try String(contentsOf: url.appendingPathComponent(name), encoding: .utf8).split(separator: "\n")
    let table = lines.map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    return table.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(table[0], $0)) }
  }
}
