import ArgumentParser
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// How many times as long as by itself a batch takes: as long at first, and from each SIGUSR1 on by the next of `--paces`.
///
/// A model that computes and one that only sleeps are slowed alike, which no limit of the processor does.
struct Pace {
  private let factors: [Double]
  /// SIGUSR1s that came.
  private static let signals = Atomic<Int>(0)

  /// - Parameter factors: each >= 1; with none, signals mean what they always did.
  init(_ factors: [Double] = []) {
    self.factors = factors
    guard !factors.isEmpty else { return }
    // Not `signal`, so that system calls it comes into go on.
    var action = sigaction()
    action.sa_flags = SA_RESTART
    action.__sigaction_handler.sa_handler = { _ in _ = Pace.signals.add(1, ordering: .relaxed) }
    sigaction(SIGUSR1, &action, nil)
    // As with SIGTERM: whoever started the process may have passed on that it is blocked.
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, SIGUSR1)
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }

  /// What a batch takes now that would take `taken_ns` by itself.
  func slowed_ns(_ taken_ns: Int64) -> Int64 { slowed_ns(taken_ns, signals: Pace.signals.load(ordering: .relaxed)) }

  /// The last factor holds on when more signals come.
  func slowed_ns(_ taken_ns: Int64, signals: Int) -> Int64 {
    guard signals > 0, let factor = factors.prefix(signals).last else { return taken_ns }
    return Int64(min(Double(taken_ns) * factor, 1e18))
  }

  static func parse(argument: String) throws -> [Double] {
    try argument.split(separator: ",", omittingEmptySubsequences: false).map { word in
      guard let factor = Double(word), 1...10_000 ~= factor else {
        throw ValidationError("'\(word)' is no number from 1 to 10000")
      }
      return factor
    }
  }
}
