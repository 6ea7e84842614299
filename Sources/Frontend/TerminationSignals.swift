#if canImport(Glibc)
  import Glibc
#endif

/// SIGTERM and SIGINT as something to wait for, and SIGUSR1 as what may come before.
struct TerminationSignals {
  private var set = sigset_t()

  /// Keeps the signals from ending the process. To be called before any other thread starts: threads inherit it.
  init() {
    signal(SIGPIPE, SIG_IGN)
    sigemptyset(&set)
    sigaddset(&set, SIGTERM)
    sigaddset(&set, SIGINT)
    sigaddset(&set, SIGUSR1)
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// Waits for SIGTERM or SIGINT.
  /// - Parameter drain: called at each SIGUSR1 before.
  /// - Returns: its name.
  func wait(drain: () -> Void) -> String {
    var set = set
    while true {
      var number: Int32 = 0
      guard sigwait(&set, &number) == 0 else { continue }
      switch number {
      case SIGUSR1: drain()
      default: return number == SIGINT ? "SIGINT" : "SIGTERM"
      }
    }
  }
}
