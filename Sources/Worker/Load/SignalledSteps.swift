import ArgumentParser
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Numbers of which each holds from one signal to the next; before the first there is none, and the last holds on.
struct SignalledSteps: Sendable {
  /// The signals that take steps.
  enum Signal: Sendable { case first, second }

  private let values: [Double]
  private let signal: Signal
  /// SIGUSR1s and SIGUSR2s that came.
  private static let first = Atomic<Int>(0)
  private static let second = Atomic<Int>(0)

  /// - Parameter values: with none, the signal means what it always did.
  init(_ values: [Double], signal: Signal) {
    (self.values, self.signal) = (values, signal)
    guard !values.isEmpty else { return }
    let number = signal == .first ? SIGUSR1 : SIGUSR2
    // Not `signal`, so that system calls it comes into go on.
    var action = sigaction()
    action.sa_flags = SA_RESTART
    action.__sigaction_handler.sa_handler = { number in
      if number == SIGUSR1 {
        SignalledSteps.first.add(1, ordering: .relaxed)
      } else {
        SignalledSteps.second.add(1, ordering: .relaxed)
      }
    }
    sigaction(number, &action, nil)
    // As with SIGTERM: whoever started the process may have passed on that it is blocked.
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, number)
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }

  /// The one that holds now.
  var current: Double? {
    guard !values.isEmpty else { return nil }
    return switch signal {
    case .first: value(after: SignalledSteps.first.load(ordering: .relaxed))
    case .second: value(after: SignalledSteps.second.load(ordering: .relaxed))
    }
  }

  func value(after signals: Int) -> Double? { signals > 0 ? values.prefix(signals).last : nil }

  /// Numbers of `range`, with commas between them.
  static func parse(_ argument: String, in range: ClosedRange<Double>) throws -> [Double] {
    try argument.split(separator: ",", omittingEmptySubsequences: false).map { word in
      guard let value = Double(word), range ~= value else {
        throw ValidationError("'\(word)' is no number from \(range.lowerBound) to \(range.upperBound)")
      }
      return value
    }
  }
}
