import Foundation

/// Writes `events.csv` while a trial runs, a row as soon as it is known.
actor FaultJournal {
  private let handle: FileHandle

  /// - Parameter folder: of the trial.
  /// - Throws: what the file system says.
  init(folder: URL) throws {
    let file = folder.appending(path: FaultRecord.name)
    try Data(FaultRecord.header.utf8).write(to: file)
    handle = try FileHandle(forWritingTo: file)
    try handle.seekToEnd()
  }

  deinit { try? handle.close() }

  func append(_ record: FaultRecord) throws { try handle.write(contentsOf: Data(record.line.utf8)) }
}
