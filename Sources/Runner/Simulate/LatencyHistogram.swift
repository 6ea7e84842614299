import Foundation

/// `histogram.csv`: how many measured queries took how long, in buckets that are 1/32 of a doubling wide.
enum LatencyHistogram {
  static let name = "histogram.csv"
  static let columns = ["latency", "from_ns", "to_ns", "queries"]

  /// - Parameter latencies_ms: in ascending order, by name.
  static func write(_ latencies_ms: [(name: String, sorted: [Double])], to folder: URL) throws {
    var writer = CSVWriter(columns: columns)
    for (name, sorted) in latencies_ms {
      var index = 0
      while index < sorted.count {
        let bounds = bounds(around_ns: Int64((sorted[index] * 1e6).rounded()))
        var end = index + 1
        while end < sorted.count, Int64((sorted[end] * 1e6).rounded()) < bounds.upperBound { end += 1 }
        writer.add(name)
        writer.add(bounds.lowerBound)
        writer.add(bounds.upperBound)
        writer.add(end - index)
        writer.endRow()
        index = end
      }
    }
    try Data(writer.bytes).write(to: folder.appending(path: name), options: .atomic)
  }

  /// The bucket of a value: from 2^d (1 + i/32) to the next, whole nanoseconds below 64.
  static func bounds(around_ns value: Int64) -> Range<Int64> {
    let value = max(0, value)
    guard value >= 64 else { return value..<value + 1 }
    let width = Int64(1) << Int64(63 - value.leadingZeroBitCount - 5)
    let start = value / width * width
    return start..<start + width
  }
}
