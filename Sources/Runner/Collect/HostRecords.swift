import CloudUtil
import Foundation
import Serving
import Wire

/// `hosts.csv`: each second of a trial, how busy each of its hosts was.
struct HostRecords {
  static let name = "hosts.csv"
  static let header = "host,at_ns,cpu_busy,cpu_steal,memory_used_bytes,received_bytes_per_s,sent_bytes_per_s\n"
  private static let interval: Duration = .seconds(1)
  /// How long a host may take to answer.
  private static let patience: Duration = .seconds(10)

  var hosts: [CloudUtil.Host]
  /// Of the trial.
  var folder: URL

  /// Appends a row a host and second, until the task is cancelled. A host that does not answer has no row, and the others
  /// do not wait for it.
  /// - Throws: what the file system says.
  func keep() async throws {
    let file = folder.appending(path: HostRecords.name)
    try Data(HostRecords.header.utf8).write(to: file)
    let rows = try Rows(file)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for host in hosts { group.addTask { try await keep(host, in: rows) } }
      try await group.waitForAll()
    }
  }

  private func keep(_ host: CloudUtil.Host, in rows: Rows) async throws {
    let clock = Clock()
    var next = ContinuousClock.now
    var earlier: (counters: HostCounters, at: Instant)?
    while true {
      let counters = try? await host.counters(deadline: next + HostRecords.patience)
      let now = clock.now()
      if let counters {
        if let earlier, earlier.at < now {
          let usage = HostUsage(from: earlier.counters, to: counters, elapsed: now - earlier.at)
          try await rows.append(HostRecords.row(host.name, usage, at: now))
        }
        earlier = (counters, now)
      }
      next = max(next + HostRecords.interval, .now)
      try await Task.sleep(until: next)
    }
  }

  private actor Rows {
    private let handle: FileHandle

    init(_ file: URL) throws {
      handle = try FileHandle(forWritingTo: file)
      try handle.seekToEnd()
    }

    deinit { try? handle.close() }

    func append(_ row: String) throws { try handle.write(contentsOf: Data(row.utf8)) }
  }

  static func row(_ host: String, _ usage: HostUsage, at instant: Instant) -> String {
    let fractions = [usage.cpuBusy, usage.cpuSteal].map { String(format: "%.4f", $0) }
    let rates = [usage.received_bytes_per_s, usage.sent_bytes_per_s].map { String(format: "%.0f", $0) }
    return ([host, "\(instant.nanoseconds)"] + fractions + ["\(usage.usedMemory_bytes)"] + rates)
      .joined(separator: ",") + "\n"
  }
}
