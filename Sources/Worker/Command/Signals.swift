#if canImport(Glibc)
  import Glibc
#endif

enum Signals {
  /// SIGTERM ends the process at once: a worker has nothing to write.
  static func endOnTermination() {
    signal(SIGTERM) { _ in _exit(0) }
    // A reader of stderr that is gone is no reason to end.
    signal(SIGPIPE, SIG_IGN)
  }
}
