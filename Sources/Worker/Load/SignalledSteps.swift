import ArgumentParser
import Control
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Numbers of which each holds from one signal to the next; before the first there is none, and the last holds on.
struct SignalledSteps: Sendable {
  private let values: [Double]
  private let signal: StepSignal
  /// Signals that came.
  private static let paces = Atomic<Int>(0)
  private static let delays = Atomic<Int>(0)

  /// - Parameter values: with none, the signal means what it always did.
  init(_ values: [Double], signal: StepSignal) {
    (self.values, self.signal) = (values, signal)
    guard !values.isEmpty else { return }
    // Not `signal`, so that system calls it comes into go on.
    var action = sigaction()
    action.sa_flags = SA_RESTART
    action.__sigaction_handler.sa_handler = { number in
      if number == StepSignal.pace.number {
        SignalledSteps.paces.add(1, ordering: .relaxed)
      } else {
        SignalledSteps.delays.add(1, ordering: .relaxed)
      }
    }
    sigaction(signal.number, &action, nil)
    // The process is started with it blocked: what was sent before this instant has waited, and comes now.
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, signal.number)
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }

  /// The one that holds now.
  var current: Double? {
    guard !values.isEmpty else { return nil }
    return switch signal {
    case .pace: value(after: SignalledSteps.paces.load(ordering: .relaxed))
    case .delay: value(after: SignalledSteps.delays.load(ordering: .relaxed))
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
