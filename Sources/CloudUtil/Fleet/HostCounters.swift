/// What a Linux host has counted since it started, as `/proc` tells it.
public struct HostCounters: Equatable, Sendable {
  /// CPU time of all cores in clock ticks: working (guests included), idle (waiting for a disk included), and taken by
  /// other virtual machines on the same hardware.
  public var busyTicks: Int64
  public var idleTicks: Int64
  public var stealTicks: Int64
  /// Not available for new work without swapping.
  public var usedMemory_bytes: Int64
  /// Of all interfaces but the loopback.
  public var received_bytes: Int64
  public var sent_bytes: Int64

  /// The files that they stand in.
  static let files = ["/proc/stat", "/proc/meminfo", "/proc/net/dev"]

  /// - Parameter text: these files, one after the other.
  /// - Throws: `Unreadable` if a line is not there or is no list of numbers.
  public init(_ text: String) throws(Unreadable) {
    var ticks: [Int64]?
    var memory_kb: [Substring: Int64] = [:]
    (received_bytes, sent_bytes) = (0, 0)
    for line in text.split(separator: "\n") {
      let words = line.split { $0 == " " || $0 == ":" }
      switch words.first {
      case "cpu": ticks = words.dropFirst().compactMap { Int64($0) }
      case "MemTotal"?, "MemAvailable"?: memory_kb[words[0]] = words.dropFirst().first.flatMap { Int64($0) }
      case let interface? where line.contains(":") && words.count >= 17 && interface != "lo":
        guard let received = Int64(words[1]), let sent = Int64(words[9]) else { continue }
        received_bytes += received
        sent_bytes += sent
      default: break
      }
    }
    // user nice system idle iowait irq softirq steal (proc(5)); guests are counted in user and nice.
    guard let ticks, ticks.count >= 8 else { throw Unreadable(line: "cpu") }
    guard let total = memory_kb["MemTotal"], let available = memory_kb["MemAvailable"] else {
      throw Unreadable(line: "MemTotal or MemAvailable")
    }
    busyTicks = ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6]
    idleTicks = ticks[3] + ticks[4]
    stealTicks = ticks[7]
    usedMemory_bytes = (total - available) << 10
  }

  /// A line that is missing or says something else than on every Linux so far.
  public struct Unreadable: Error, Equatable, CustomStringConvertible {
    public var line: String
    public var description: String { "/proc: no line \(line) that can be read" }
  }
}

extension Host {
  /// - Throws: `ShellError`, `HostCounters.Unreadable`.
  public func counters(deadline: ContinuousClock.Instant) async throws -> HostCounters {
    try HostCounters(try await shell.text(of: HostCounters.files, deadline: deadline))
  }
}
