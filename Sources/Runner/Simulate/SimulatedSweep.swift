import Foundation

/// Trials that are simulated several at a time and shown one after the other.
struct SimulatedSweep: Sendable {
  var measurements: [SimulatedMeasurement]
  /// Whose results are there.
  var isFinished: [Bool]
  var withRows: Bool
  /// Trials at a time.
  var width: Int
  var provenance: @Sendable (SimulatedMeasurement) throws -> Provenance

  /// - Parameter show: is given each trial's index and summary, in order, as soon as those before it are shown.
  /// - Returns: all summaries, in order.
  func run(show: (Int, Summary) throws -> Void) async throws -> [Summary] {
    try await withThrowingTaskGroup(of: (Int, Summary).self) { group in
      var next = 0
      func begin() {
        guard next < measurements.count else { return }
        let index = next
        next += 1
        group.addTask { (index, try await Computation.run { try summary(of: index, isCancelled: $0) }) }
      }
      for _ in 0..<width { begin() }
      var summaries: [Summary] = []
      var waiting: [Int: Summary] = [:]
      while let (index, summary) = try await group.next() {
        begin()
        waiting[index] = summary
        while let following = waiting.removeValue(forKey: summaries.count) {
          try show(summaries.count, following)
          summaries.append(following)
        }
      }
      return summaries
    }
  }

  private func summary(of index: Int, isCancelled: () -> Bool) throws -> Summary {
    let measurement = measurements[index]
    if isFinished[index] { return try Summary.read(from: measurement.place.folder.url) }
    return try measurement.run(withRows: withRows, provenance: provenance(measurement), isCancelled: isCancelled)
  }
}
