#if canImport(Glibc)
  import Glibc
#endif

enum Signals {
  /// SIGTERM ends the process at once: a worker has nothing to write.
  static func endOnTermination() {
    signal(SIGTERM) { _ in _exit(0) }
    // Whoever starts a process from a thread that blocks signals, as those of a thread pool do, passes that on.
    var termination = sigset_t()
    sigemptyset(&termination)
    sigaddset(&termination, SIGTERM)
    pthread_sigmask(SIG_UNBLOCK, &termination, nil)
    // A reader of stderr that is gone is no reason to end.
    signal(SIGPIPE, SIG_IGN)
  }
}
