import Foundation

/// stdout and stderr. Either may lose its reader in the middle of a run (`| head`, a closed terminal): that ends no run.
enum Console {
  /// To be called before anything is written.
  static func outliveReaders() { signal(SIGPIPE, SIG_IGN) }

  /// Progress and remarks, on stderr.
  static func tell(_ text: String) { _ = write(text, to: STDERR_FILENO) }

  /// Results and nothing else, on stdout, so that a pipe gets what an analysis prints again.
  /// - Throws: `Failure` (infrastructure) if they cannot be written though there is a reader: a full disk.
  static func show(_ text: String) throws {
    let code = write(text, to: STDOUT_FILENO)
    guard code == 0 || code == EPIPE else {
      throw Failure(
        exitCode: .infrastructure, "results cannot be written to stdout: \(String(cString: strerror(code)))")
    }
  }

  /// Waits for a slow reader, also where whoever opened the descriptor asked that it never blocks.
  /// - Returns: 0, or `errno` of the write that failed.
  static func write(_ text: String, to descriptor: Int32) -> Int32 {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if written > 0 {
        bytes = bytes.dropFirst(written)
      } else if errno == EAGAIN || errno == EWOULDBLOCK {
        var descriptor = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        if poll(&descriptor, 1, -1) < 0, errno != EINTR { return errno }
      } else if errno != EINTR {
        return errno
      }
    }
    return 0
  }
}
