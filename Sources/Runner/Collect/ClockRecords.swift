import CloudUtil
import Foundation
import Wire

/// How far the clock of another host was ahead of the frontend's, as `provenance.json` has it.
struct ClockReading: Codable, Equatable, Sendable {
  var host: String
  /// Before the load and after it; null if the host did not answer.
  var before: ClockOffset?
  var after: ClockOffset?
}

/// Reads the clocks of a trial's hosts, for its provenance.
struct ClockRecords {
  enum Moment { case before, after }

  /// Those that are not this machine.
  private let hosts: [CloudUtil.Host]
  /// Of the trial, with its provenance.
  private let folder: URL

  private static let patience: Duration = .seconds(10)

  init(hosts: [CloudUtil.Host], folder: URL) {
    self.hosts = hosts.filter { !$0.isHere }
    self.folder = folder
  }

  /// Asks all hosts at once, and adds what they say to the provenance.
  /// - Returns: the offsets by host; of one that does not answer there is none.
  @discardableResult
  func take(_ moment: Moment) async throws -> [String: ClockOffset] {
    guard !hosts.isEmpty else { return [:] }
    let clock = Clock()
    let offsets = await withTaskGroup { group in
      for host in hosts {
        group.addTask {
          (host.name, try? await host.clockOffset(deadline: .now + Self.patience) { clock.now().nanoseconds })
        }
      }
      return await group.reduce(into: [String: ClockOffset]()) { $0[$1.0] = $1.1 }
    }
    var provenance = try Provenance.read(from: folder)
    var readings = provenance.clocks ?? hosts.map { ClockReading(host: $0.name) }
    for index in readings.indices {
      let offset = offsets[readings[index].host]
      switch moment {
      case .before: readings[index].before = offset
      case .after: readings[index].after = offset
      }
    }
    provenance.clocks = readings
    try provenance.write(to: folder)
    return offsets
  }
}
