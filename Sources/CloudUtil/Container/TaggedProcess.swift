import Glibc

/// A process that carries a `ProcessTag` and an owner in its environment.
public struct TaggedProcess: Equatable, Sendable {
  public var identity: ProcessIdentity
  public var group: Int32
  public var tag: ProcessTag
  /// Who started the run and has to end it.
  public var owner: ProcessIdentity
  /// The command line, for a human; never used to find a process.
  public var commandLine: String

  /// Every living process of `experiment` on this machine except the caller, as far as the caller may look into them.
  ///
  /// Processes are known by their environment alone, never by name or arguments.
  public static func find(experiment: String) -> [TaggedProcess] {
    ProcessStatus.all().compactMap { TaggedProcess($0) }.filter { $0.tag.experiment == experiment }
  }

  /// `status` as a tagged process; nil if it carries no tag, has ended, may not be looked into or is the caller.
  init?(_ status: ProcessStatus) {
    let pid = status.identity.pid
    guard !status.hasEnded, pid != getpid(), let environment = try? readWhole("/proc/\(pid)/environ")
    else { return nil }
    var values: [String: String] = [:]
    for entry in environment.split(separator: 0) {
      let parts = entry.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(decoding: parts[0], as: UTF8.self)
      guard name == ProcessTag.variable || name == ProcessTag.ownerVariable, parts.count == 2 else { continue }
      values[name] = String(decoding: parts[1], as: UTF8.self)
    }
    guard let tag = values[ProcessTag.variable].flatMap({ ProcessTag($0) }),
      let owner = values[ProcessTag.ownerVariable].flatMap({ ProcessIdentity($0) })
    else { return nil }
    identity = status.identity
    group = status.group
    self.tag = tag
    self.owner = owner
    let words = ((try? readWhole("/proc/\(pid)/cmdline")) ?? []).split(separator: 0)
    commandLine = words.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
  }
}
