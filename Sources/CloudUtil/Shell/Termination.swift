import Glibc

/// How a process ended.
public enum Termination: Hashable, Sendable, CustomStringConvertible {
  /// By itself, with this status from 0 to 255.
  case exited(Int32)
  /// By this signal; `SIGKILL` when the kernel ran out of memory.
  case signalled(Int32)

  public var isSuccess: Bool { self == .exited(0) }

  public var description: String {
    switch self {
    case .exited(let status): "exit status \(status)"
    case .signalled(let number): "signal \(number) (\(Termination.name(of: number)))"
    }
  }

  private static func name(of signal: Int32) -> String {
    strsignal(signal).map { String(cString: $0) } ?? "unknown"
  }
}
