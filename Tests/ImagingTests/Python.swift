import Foundation

/// The system's Python with PyTorch and Pillow: the reference.
enum Python {
  struct Failure: Error { var status: Int32 }

  static let executable = "/usr/bin/python3"

  /// Runs a script to its end; its output goes to stderr.
  static func run(_ script: String, _ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = ["-c", script] + arguments
    process.standardOutput = FileHandle.standardError
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(status: process.terminationStatus) }
  }

  /// Whether the script's imports are there.
  static func has(_ modules: String...) -> Bool {
    do {
      try run(modules.map { "import \($0)" }.joined(separator: "\n"))
      return true
    } catch { return false }
  }
}

/// A folder that is gone after `body`.
func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("run_exp-test-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}
