import CloudUtil
import Foundation

/// Service times as a trial measured them (`--service-times records.csv`): from a batch's dispatch to its outputs, the way to
/// its worker and back included.
struct MeasuredServiceTimes: Equatable, Sendable {
  /// As the user gave it.
  var path: String
  /// In ascending order; at least one.
  var times_ms: [Double]
  /// SHA-256 of the file.
  var digest: String

  /// The key that `inputs` of the environment has it under.
  static let name = "--service-times"

  /// Each measured batch counts once, warm-up not at all.
  /// - Throws: `Failure` (config) if there is no such file, it is no `records.csv`, a time is negative (with its line), or
  ///   there is none.
  init(path: String) throws {
    self.path = path
    let rows: [QueryRecord]
    do {
      guard let data = FileManager.default.contents(atPath: path) else {
        throw Failure(
          exitCode: .config, "\(Self.name) \(path): cannot be read; give the records.csv of a finished trial")
      }
      digest = try SHA256.hex([UInt8](data))
      rows = try QueryRecord.read(URL(filePath: path))
    } catch let error as CSVError {
      throw Failure(exitCode: .config, "\(Self.name) \(path): \(error); give the records.csv of a finished trial")
    }
    var batches: Set<Int> = []
    var times_ms: [Double] = []
    for (index, row) in rows.enumerated() {
      guard let dispatched_ns = row.dispatched_ns, let own_ns = row.own_ns else { continue }
      guard own_ns >= dispatched_ns else {
        throw Failure(
          exitCode: .config,
          "\(Self.name) \(path):\(index + 2): own_ns is \(dispatched_ns - own_ns) ns before dispatched_ns; "
            + "allowed: a service time >= 0")
      }
      if row.isWarmup { continue }
      if let batch = row.batch, !batches.insert(batch).inserted { continue }
      times_ms.append(Double(own_ns - dispatched_ns) / 1e6)
    }
    guard !times_ms.isEmpty else {
      throw Failure(
        exitCode: .config,
        "\(Self.name) \(path): no measured query has both dispatched_ns and own_ns; give the records.csv of a finished trial"
      )
    }
    self.times_ms = times_ms.sorted()
  }
}
