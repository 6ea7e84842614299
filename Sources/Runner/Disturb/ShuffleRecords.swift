import Foundation

/// `shuffles.csv`: a row a shuffle.
enum ShuffleRecords {
  static let name = "shuffles.csv"
  static let header = "stream,from,to,bytes,started_ns,ended_ns\n"

  /// - Parameter hosts: their names, by number.
  static func text(_ rows: [ShuffleTraffic.Row], hosts: [String]) -> String {
    header
      + rows.map { row in
        let shuffle = row.shuffle
        return "\(row.stream),\(hosts[shuffle.source]),\(hosts[shuffle.destination]),\(shuffle.bytes),"
          + "\(row.started.nanoseconds),\(row.ended.map { "\($0.nanoseconds)" } ?? "")\n"
      }.joined()
  }

  static func write(_ rows: [ShuffleTraffic.Row], hosts: [String], to folder: URL) throws {
    try Data(text(rows, hosts: hosts).utf8).write(to: folder.appending(path: name))
  }
}
