#if canImport(Glibc)
  import Glibc
#endif

/// The end of the process. Its sockets do not linger (see `Mover`), so that not even what lies in their buffers is sent.
enum Ending {
  static func now(_ why: String) -> Never {
    Log.line("shuffle: ends: \(why)")
    _exit(0)
  }

  /// SIGTERM and SIGINT end the process at once: it has nothing to write.
  static func onTermination() {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGTERM, SIGINT] {
      signal(number) { _ in _exit(0) }
      sigaddset(&signals, number)
    }
    // Whoever starts a process from a thread that blocks signals passes that on.
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    signal(SIGPIPE, SIG_IGN)
  }
}
