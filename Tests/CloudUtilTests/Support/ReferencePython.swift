import Foundation

/// The Python of `Scripts/python`, with botocore: the judge of what is sent to AWS.
enum ReferencePython {
  struct Failure: Error { var status: Int32 }

  /// Whether it is there, or can be made.
  static let isThere = (try? run(["-c", "import botocore"])) != nil

  /// Runs a script that stands beside `file` to its end.
  /// - Returns: what it prints on stdout.
  static func run(script: String, _ arguments: [String] = [], beside file: String = #filePath) throws -> Data {
    let folder = URL(fileURLWithPath: file).deletingLastPathComponent()
    return try run([folder.appendingPathComponent(script).path] + arguments)
  }

  @discardableResult
  private static func run(_ arguments: [String]) throws -> Data {
    let root = (0..<4).reduce(URL(fileURLWithPath: #filePath)) { url, _ in url.deletingLastPathComponent() }
    let process = Process()
    process.executableURL = root.appendingPathComponent("Scripts/python")
    process.arguments = ["-B"] + arguments
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(status: process.terminationStatus) }
    return data
  }
}
