import Glibc

/// The process that started a run and will end it, told from those of other machines.
public struct RunOwner: Hashable, Sendable, CustomStringConvertible {
  public var process: ProcessIdentity
  /// Within which the id of the process means something: the machine since it booted, and the namespace of its processes.
  public var machine: String

  public init(process: ProcessIdentity, machine: String) {
    self.process = process
    self.machine = machine
  }

  /// `<pid>.<start ticks>@<machine>`; nil for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: "@", maxSplits: 1)
    guard parts.count == 2, let process = ProcessIdentity(String(parts[0])) else { return nil }
    self.init(process: process, machine: String(parts[1]))
  }

  public var description: String { "\(process)@\(machine)" }

  /// This process; nil where `/proc` is not mounted.
  public static var current: RunOwner? {
    guard let process = ProcessIdentity.current, let machine = thisMachine else { return nil }
    return RunOwner(process: process, machine: machine)
  }

  public enum State: Sendable {
    case running
    case ended
    /// On another machine, or before this one was booted: nothing is known of it here.
    case elsewhere
  }

  public var state: State {
    guard machine == RunOwner.thisMachine else { return .elsewhere }
    return process.isAlive ? .running : .ended
  }

  /// The start of the boot id and the inode of the namespace: `4f1c2a90-4026531836`.
  private static var thisMachine: String? {
    guard let boot = try? readWhole("/proc/sys/kernel/random/boot_id") else { return nil }
    var namespace = stat()
    guard stat("/proc/self/ns/pid", &namespace) == 0 else { return nil }
    return "\(String(decoding: boot.prefix(8), as: UTF8.self))-\(namespace.st_ino)"
  }
}
