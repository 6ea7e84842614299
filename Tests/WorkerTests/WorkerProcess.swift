import Foundation

/// The worker as it ships, as a child process.
final class WorkerProcess {
  static let secret = "open sesame"
  /// Where the build puts executables, this test's among them.
  static let products = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()

  private let process = Process()
  private let errors = Pipe()

  init(_ arguments: [String], environment: [String: String] = [:]) throws {
    process.executableURL = WorkerProcess.products.appendingPathComponent("worker")
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment
      .merging(["RUN_EXP_LINK_SECRET": WorkerProcess.secret]) { $1 }.merging(environment) { $1 }
    process.standardError = errors
    try process.run()
  }

  /// A worker of a fake frontend, number 3 of the base pool.
  convenience init(dialling port: Int, model: String, input: String = "floats:2x3", _ more: String...) throws {
    try self.init(
      ["--frontend", "127.0.0.1:\(port)", "--number", "3", "--pool", "base", "--model", model, "--input", input] + more)
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
  }

  func terminate() { process.terminate() }

  /// Its exit code once it has ended; nil if a signal ended it.
  func exitCode() -> Int32? {
    process.waitUntilExit()
    return process.terminationReason == .exit ? process.terminationStatus : nil
  }

  /// What it wrote to stderr, once it has ended.
  func errorLines() -> [Substring] {
    String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self).split(separator: "\n")
  }
}

/// A folder that is gone after `body`.
func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("run_exp-test-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}
