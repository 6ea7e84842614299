import CloudUtil
import Foundation
import Serving
import Wire

/// `hosts.csv`: each second of a trial, how busy each of its hosts was.
struct HostRecords {
  static let name = "hosts.csv"
  static let header = "host,at_ns,cpu_busy,cpu_steal,memory_used_bytes,received_bytes_per_s,sent_bytes_per_s\n"
  private static let interval: Duration = .seconds(1)

  var hosts: [CloudUtil.Host]
  /// Of the trial.
  var folder: URL

  /// Appends a row a host and second, until the task is cancelled. A host that does not answer has no row.
  func keep() async throws {
    let file = folder.appending(path: HostRecords.name)
    try Data(HostRecords.header.utf8).write(to: file)
    let handle = try FileHandle(forWritingTo: file)
    defer { try? handle.close() }
    try handle.seekToEnd()
    let clock = Clock()
    var next = ContinuousClock.now
    var earlier: [String: (counters: HostCounters, at: Instant)] = [:]
    while true {
      let later = await readings(clock, deadline: next + .seconds(10))
      for (host, reading) in later.sorted(by: { $0.key < $1.key }) {
        guard let before = earlier[host], before.at < reading.at else { continue }
        let usage = HostUsage(from: before.counters, to: reading.counters, elapsed: reading.at - before.at)
        try handle.write(contentsOf: Data(HostRecords.row(host, usage, at: reading.at).utf8))
      }
      earlier.merge(later) { $1 }
      next = max(next + HostRecords.interval, .now)
      try await Task.sleep(until: next)
    }
  }

  static func row(_ host: String, _ usage: HostUsage, at instant: Instant) -> String {
    let fractions = [usage.cpuBusy, usage.cpuSteal].map { String(format: "%.4f", $0) }
    let rates = [usage.received_bytes_per_s, usage.sent_bytes_per_s].map { String(format: "%.0f", $0) }
    return ([host, "\(instant.nanoseconds)"] + fractions + ["\(usage.usedMemory_bytes)"] + rates)
      .joined(separator: ",") + "\n"
  }

  private func readings(
    _ clock: Clock, deadline: ContinuousClock.Instant
  ) async -> [String: (counters: HostCounters, at: Instant)] {
    await withTaskGroup { group in
      for host in hosts {
        group.addTask { (host.name, try? await host.counters(deadline: deadline), clock.now()) }
      }
      var readings: [String: (counters: HostCounters, at: Instant)] = [:]
      for await (name, counters, at) in group {
        if let counters { readings[name] = (counters, at) }
      }
      return readings
    }
  }
}
