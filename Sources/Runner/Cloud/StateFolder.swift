import Foundation

/// The folder of the operator's machine that keeps what clusters need: the keys that let in, pinned host keys, what was
/// asked for.
enum StateFolder {
  /// Makes `path` and the folders above it that are missing, for this user alone.
  /// - Throws: `Failure` (infrastructure) if that, or writing there, cannot be done: where, why and what to do.
  static func make(_ path: String) throws {
    var missing: [String] = []
    var folder = path
    while !FileManager.default.fileExists(atPath: folder) {
      missing.append(folder)
      folder = (folder as NSString).deletingLastPathComponent
    }
    for folder in missing.reversed() {
      guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw failure(path, "\(folder): \(reason(errno))") }
    }
    guard access("\(path)/.", W_OK | X_OK) == 0 else { throw failure(path, reason(errno)) }
  }

  private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }

  private static func failure(_ path: String, _ reason: String) -> Failure {
    Failure(
      exitCode: .infrastructure,
      "\(path) cannot be written to: \(reason)\nrun_exp keeps the keys and the records of clusters there; make it writable, "
        + "or name another place in XDG_STATE_HOME")
  }
}
