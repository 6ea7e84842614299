import Foundation

/// Where one trial's results lie. They are written aside, in `<folder>.partial`, and renamed when they are whole. What makes
/// and renames folders waits for other runs that do, blocking its thread.
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

  var partial: URL { aside(ResultFolder.partialSuffix) }
  /// Older results, while newer ones take their place.
  private var replaced: URL { aside(ResultFolder.replacedSuffix) }

  static let partialSuffix = ".partial"
  static let replacedSuffix = ".replaced"

  private func aside(_ suffix: String) -> URL {
    url.deletingLastPathComponent().appending(path: url.lastPathComponent + suffix)
  }

  var state: State {
    guard FileManager.default.fileExists(atPath: url.path) else { return .empty }
    struct Fingerprint: Decodable { var fingerprint: String }
    guard let data = try? Data(contentsOf: url.appending(path: "summary.json")),
      let summary = try? JSONDecoder().decode(Fingerprint.self, from: data)
    else { return .foreign }
    return .finished(fingerprint: summary.fingerprint)
  }

  /// The trials in a folder, at whatever depth, relative to it; the folder itself is "". None that is being written.
  static func trials(below folder: URL) -> [String] {
    let paths = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
    return paths.filter { ($0 as NSString).lastPathComponent == "summary.json" }
      .map { ($0 as NSString).deletingLastPathComponent }
      .filter { !$0.hasSuffix(partialSuffix) && !$0.hasSuffix(replacedSuffix) }
      .sorted { $0.compare($1, options: .numeric) == .orderedAscending }
  }

  /// Puts right what a run left that was killed while it renamed folders: a whole trial takes its place, and so do older
  /// results that were to be replaced by one that is not there.
  /// - Returns: whether a whole trial took its place.
  func recover() throws -> Bool {
    guard FileManager.default.fileExists(atPath: parent.path) else { return false }
    return try alone {
      if isWhole(partial), let lock = FolderLock(partial) {
        defer { lock.release() }
        try takePlace()
        return true
      }
      let files = FileManager.default
      guard files.fileExists(atPath: replaced.path) else { return false }
      if files.fileExists(atPath: url.path) {
        try files.removeItem(at: replaced)
      } else {
        try files.moveItem(at: replaced, to: url)
      }
      return false
    }
  }

  private var parent: URL { url.deletingLastPathComponent() }

  /// Runs `work` while no other run makes, renames or discards a folder beside this one. Blocks the thread until then.
  private func alone<Result>(_ work: () throws -> Result) throws -> Result {
    let lock = try FolderLock(waitingFor: parent)
    defer { lock.release() }
    return try work()
  }

  /// The archive is the last that is written.
  private func isWhole(_ folder: URL) -> Bool {
    ["summary.json", Archive.name].allSatisfy {
      FileManager.default.fileExists(atPath: folder.appending(path: $0).path)
    }
  }

  /// Makes the empty folder to write into, and holds it. What an earlier attempt left there is discarded.
  /// - Returns: whether there was such a rest, and the hold.
  /// - Throws: `Failure` if the folder cannot be written or another run writes into it.
  func begin() throws -> (hadRest: Bool, lock: FolderLock) {
    do {
      try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
      return try alone {
        let hadRest = FileManager.default.fileExists(atPath: partial.path)
        if hadRest {
          guard FolderLock(partial) != nil else { throw beingWritten }
          try FileManager.default.removeItem(at: partial)
        }
        try FileManager.default.createDirectory(at: partial, withIntermediateDirectories: false)
        guard let lock = FolderLock(partial) else { throw beingWritten }
        return (hadRest, lock)
      }
    } catch let failure as Failure {
      throw failure
    } catch {
      throw ResultFolder.cannotWrite(to: partial.path, error.localizedDescription)
    }
  }

  static func cannotWrite(to path: String, _ reason: String) -> Failure {
    Failure(
      exitCode: .infrastructure,
      "cannot write results to \(path): \(reason)\nRun from a folder that can be written.")
  }

  private var beingWritten: Failure {
    Failure(
      exitCode: .infrastructure,
      "another run_exp is writing results to \(partial.path); wait for it, or keep both apart with --final_dir NAME")
  }

  /// Removes the records of single processes, once they are merged.
  static func dropRawRecords(in folder: URL) throws {
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    for file in files where file.lastPathComponent == "frontend.csv" || file.lastPathComponent.hasPrefix("client_") {
      try FileManager.default.removeItem(at: file)
    }
  }

  /// Makes what was written aside the trial's results, in place of older ones.
  func finish() throws { try alone { try takePlace() } }

  private func takePlace() throws {
    let files = FileManager.default
    guard files.fileExists(atPath: url.path) else { return try files.moveItem(at: partial, to: url) }
    if files.fileExists(atPath: replaced.path) { try files.removeItem(at: replaced) }
    try files.moveItem(at: url, to: replaced)
    try files.moveItem(at: partial, to: url)
    try files.removeItem(at: replaced)
  }
}
