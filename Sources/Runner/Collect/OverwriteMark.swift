import CloudUtil
import Foundation

/// A sweep that runs finished trials again (`--overwrite`), remembered beside its results until its end: when it is
/// killed, the same command goes on with what it had not replaced yet.
struct OverwriteMark: Equatable, Sendable {
  /// Names the sweep in the provenance of the trials that it has measured.
  let sweep: String
  private let url: URL

  private let folder: String

  /// Finds the mark of an unfinished sweep of these very trials, or makes one up; nothing is written yet.
  init(_ places: [ResultPlace], in folder: String) throws {
    let trials = places.map { "\($0.path) \($0.fingerprint)\n" }.joined()
    url = URL(filePath: folder).appending(path: ".overwrite-\(try SHA256.hex(Array(trials.utf8)).prefix(16))")
    self.folder = folder
    let found = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
    sweep = found.isEmpty ? randomHex(bytes: 8) : found
  }

  /// To be called once it is known that the sweep can run, and before it replaces anything.
  /// - Throws: `CocoaError` if it cannot be written.
  func write() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(sweep.utf8).write(to: url, options: .atomic)
  }

  /// Whether the results in `folder` are this sweep's own.
  func covers(_ folder: URL) -> Bool {
    struct Origin: Decodable { var sweep: String? }
    guard let data = try? Data(contentsOf: folder.appending(path: Provenance.name)) else { return false }
    return (try? JSONDecoder().decode(Origin.self, from: data))?.sweep == sweep
  }

  /// How to have a trial run again that this sweep has replaced already.
  var again: String {
    "replaced by this --overwrite sweep before it was cut short; remove \(url.relativePath) to begin anew"
  }

  /// Every trial was replaced.
  func remove() { try? FileManager.default.removeItem(at: url) }
}
