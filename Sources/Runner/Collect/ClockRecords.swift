import CloudUtil
import Foundation
import Wire

/// `clocks.csv`: how far the clock of each other host of a trial was ahead of the frontend's, before and after it.
struct ClockRecords {
  static let name = "clocks.csv"
  static let header = "host,when,offset_ns,within_ns\n"

  enum Moment: String { case before, after }

  /// Those that are not this machine.
  var hosts: [CloudUtil.Host]
  /// Of the trial.
  var folder: URL

  private static let patience: Duration = .seconds(10)

  init(hosts: [CloudUtil.Host], folder: URL) {
    self.hosts = hosts.filter { !$0.isHere }
    self.folder = folder
  }

  /// Asks all hosts at once and appends a row each; one that does not answer has none.
  /// - Returns: the offsets by host.
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
    let file = folder.appending(path: ClockRecords.name)
    var text = (try? String(contentsOf: file, encoding: .utf8)) ?? ClockRecords.header
    for (host, offset) in offsets.sorted(by: { $0.key < $1.key }) {
      text += "\(host),\(moment.rawValue),\(offset.offset_ns),\(offset.within_ns)\n"
    }
    try Data(text.utf8).write(to: file)
    return offsets
  }
}
