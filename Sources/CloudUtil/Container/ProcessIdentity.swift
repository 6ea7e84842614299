import Glibc

/// One process of this machine, never to be mistaken for a later one of the same id.
public struct ProcessIdentity: Hashable, Sendable, CustomStringConvertible {
  public var pid: Int32
  /// When it started, in clock ticks since boot.
  public var startTicks: UInt64

  public init(pid: Int32, startTicks: UInt64) {
    self.pid = pid
    self.startTicks = startTicks
  }

  /// `<pid>.<start ticks>`; nil for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, let pid = Int32(parts[0]), pid > 0, let startTicks = UInt64(parts[1]) else { return nil }
    self.init(pid: pid, startTicks: startTicks)
  }

  public var description: String { "\(pid).\(startTicks)" }

  /// This process; nil where `/proc` is not mounted.
  public static var current: ProcessIdentity? { ProcessStatus(of: getpid())?.identity }

  /// Whether it runs (or is stopped), as opposed to having ended, reaped or not.
  public var isAlive: Bool {
    guard let status = ProcessStatus(of: pid) else {
      // Where /proc hides the processes of others, it may be there all the same.
      return kill(pid, 0) == 0 || errno == EPERM
    }
    return status.identity == self && !status.hasEnded
  }
}
