#if canImport(Glibc)
  import Glibc
#endif

/// The signals that tell a model instance to go on to its next pace or its next delay.
///
/// They are realtime ones (signal(7)): as many arrive as were sent, in that order, also where several wait because the
/// process stands still or is not ready for them yet. Of a usual signal that waits a second one is lost.
public enum StepSignal: Sendable {
  case pace, delay

  /// SIGRTMIN and SIGRTMIN+1.
  public var number: Int32 {
    switch self {
    case .pace: __libc_current_sigrtmin()
    case .delay: __libc_current_sigrtmin() + 1
    }
  }
}
