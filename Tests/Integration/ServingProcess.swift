import Foundation
import NIOPosix

/// A `frontend` or `worker` executable, run as a process beside these tests.
final class ServingProcess: Sendable {
  private let process: Process
  private let errors: Pipe

  /// Starts the executable `name` that was built beside these tests.
  init(_ name: String, _ arguments: [String], environment: [String: String] = [:]) throws {
    process = Process()
    process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
      .deletingLastPathComponent().appendingPathComponent(name)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    errors = Pipe()
    process.standardError = errors
    process.standardOutput = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
  }

  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// What it says on standard error until a line contains `word`, or until it ends.
  func says(_ word: String) async throws -> String {
    try await NIOThreadPool.singleton.runIfActive { [errors] in
      var text = ""
      while !text.contains(word) || !text.hasSuffix("\n") {
        let more = errors.fileHandleForReading.availableData
        if more.isEmpty { break }
        text += String(decoding: more, as: UTF8.self)
      }
      return text
    }
  }

  /// Waits for its end.
  /// - Returns: the exit code, and what was left unread on standard error.
  func exit() async throws -> (code: Int32, errors: String) {
    try await NIOThreadPool.singleton.runIfActive { [process, errors] in
      let text = String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
      process.waitUntilExit()
      return (process.terminationStatus, text)
    }
  }
}
