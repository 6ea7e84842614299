#if canImport(Glibc)
  import Glibc
#endif

/// SIGTERM and SIGINT as something to wait for.
struct TerminationSignals {
  private var set = sigset_t()

  /// Keeps the signals from ending the process. To be called before any other thread starts: threads inherit it.
  init() {
    signal(SIGPIPE, SIG_IGN)
    sigemptyset(&set)
    sigaddset(&set, SIGTERM)
    sigaddset(&set, SIGINT)
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// Waits for one of them.
  /// - Returns: its name.
  func wait() -> String {
    var set = set
    var number: Int32 = 0
    while sigwait(&set, &number) != 0 {}
    return number == SIGINT ? "SIGINT" : "SIGTERM"
  }
}
