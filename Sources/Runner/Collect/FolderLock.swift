import Foundation

/// Holds a folder for one process; whoever else wants it is told. The kernel lets go of it when the process ends.
final class FolderLock: Sendable {
  private let descriptor: Int32

  /// - Returns: nil if another process has it, or there is no such folder.
  init?(_ folder: URL) {
    descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      return nil
    }
  }

  /// Blocks the thread until no other process holds `folder`.
  /// - Throws: `Failure` (infrastructure) if there is no such folder, or its file system cannot lock.
  init(waitingFor folder: URL) throws {
    descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FolderLock.failure(folder) }
    while flock(descriptor, LOCK_EX) != 0 {
      guard errno == EINTR else {
        let failure = FolderLock.failure(folder)
        close(descriptor)
        throw failure
      }
    }
  }

  private static func failure(_ folder: URL) -> Failure {
    Failure(
      exitCode: .infrastructure,
      "\(folder.path) cannot be locked against other runs: \(String(cString: strerror(errno)))\n"
        + "Run from a folder on a file system that knows flock(2).")
  }

  /// Until then the folder is held.
  func release() { flock(descriptor, LOCK_UN) }

  deinit { close(descriptor) }
}
