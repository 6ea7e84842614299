import Foundation

/// A line of `/proc/<pid>/stat`: proc(5).
public struct ProcessStatus: Equatable, Sendable {
  public var identity: ProcessIdentity
  /// `R` running, `S` sleeping, `T` stopped, `Z` ended and not reaped ...
  public var state: Character
  public var group: Int32
  public var niceness: Int

  public var hasEnded: Bool { state == "Z" || state == "X" }

  /// The process `pid` as it is now; nil if there is none.
  public init?(of pid: Int32) {
    guard let bytes = try? readWhole("/proc/\(pid)/stat") else { return nil }
    self.init(String(decoding: bytes, as: UTF8.self))
  }

  /// - Parameter line: the name of the program, in parentheses, may hold spaces and parentheses of its own.
  init?(_ line: String) {
    guard let open = line.firstIndex(of: "("), let close = line.lastIndex(of: ")"),
      let pid = Int32(line[..<open].trimmingCharacters(in: .whitespaces))
    else { return nil }
    // proc(5) counts from 1; the third field is the first after the name.
    let fields = line[line.index(after: close)...].split(whereSeparator: \.isWhitespace)
    guard fields.count > 19, let state = fields[0].first, let group = Int32(fields[2]), let niceness = Int(fields[16]),
      let startTicks = UInt64(fields[19])
    else { return nil }
    identity = ProcessIdentity(pid: pid, startTicks: startTicks)
    self.state = state
    self.group = group
    self.niceness = niceness
  }

  /// All processes of this machine; those that vanish meanwhile are left out.
  public static func all() -> [ProcessStatus] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { Int32($0).flatMap { ProcessStatus(of: $0) } }
  }
}
