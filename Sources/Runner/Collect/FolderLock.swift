import Foundation

/// Holds a folder for one process; whoever else wants it is told. The kernel lets go of it when the process ends.
final class FolderLock: Sendable {
  private let descriptor: Int32

  /// - Parameter waits: until another process lets go of it.
  /// - Returns: nil if another process has it, or there is no such folder.
  init?(_ folder: URL, waits: Bool = false) {
    descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    guard flock(descriptor, waits ? LOCK_EX : LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      return nil
    }
  }

  /// Until then the folder is held.
  func release() { flock(descriptor, LOCK_UN) }

  deinit { close(descriptor) }
}
