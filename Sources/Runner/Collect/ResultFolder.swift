import Foundation

/// Where one trial's results lie. They are written aside, in `<folder>.partial`, and renamed when they are whole.
struct ResultFolder: Equatable, Sendable {
  let url: URL

  /// What lies at the place already.
  enum State: Equatable, Sendable {
    case empty
    /// A whole trial with this fingerprint.
    case finished(fingerprint: String)
    /// Something that no trial has written.
    case foreign

    var isFinished: Bool {
      if case .finished = self { true } else { false }
    }
  }

  var partial: URL { url.deletingLastPathComponent().appending(path: url.lastPathComponent + ".partial") }

  var state: State {
    guard FileManager.default.fileExists(atPath: url.path) else { return .empty }
    struct Fingerprint: Decodable { var fingerprint: String }
    guard let data = try? Data(contentsOf: url.appending(path: "summary.json")),
      let summary = try? JSONDecoder().decode(Fingerprint.self, from: data)
    else { return .foreign }
    return .finished(fingerprint: summary.fingerprint)
  }

  /// Makes the empty folder to write into. What an earlier attempt left there is discarded.
  /// - Returns: whether there was such a rest.
  /// - Throws: `Failure` if the folder cannot be written.
  func begin() throws -> Bool {
    do {
      let hadRest = FileManager.default.fileExists(atPath: partial.path)
      if hadRest { try FileManager.default.removeItem(at: partial) }
      try FileManager.default.createDirectory(at: partial, withIntermediateDirectories: true)
      return hadRest
    } catch {
      throw Failure(
        exitCode: .infrastructure,
        "cannot write results to \(partial.path): \(error.localizedDescription)\nRun from a folder that can be written."
      )
    }
  }

  /// Removes the records of single processes, once they are merged.
  func dropRawRecords() throws {
    let files = try FileManager.default.contentsOfDirectory(at: partial, includingPropertiesForKeys: nil)
    for file in files where file.lastPathComponent == "frontend.csv" || file.lastPathComponent.hasPrefix("client_") {
      try FileManager.default.removeItem(at: file)
    }
  }

  /// Makes what was written aside the trial's results, in place of older ones.
  func finish() throws {
    let files = FileManager.default
    guard files.fileExists(atPath: url.path) else { return try files.moveItem(at: partial, to: url) }
    let older = url.deletingLastPathComponent().appending(path: url.lastPathComponent + ".replaced")
    if files.fileExists(atPath: older.path) { try files.removeItem(at: older) }
    try files.moveItem(at: url, to: older)
    try files.moveItem(at: partial, to: url)
    try files.removeItem(at: older)
  }
}
