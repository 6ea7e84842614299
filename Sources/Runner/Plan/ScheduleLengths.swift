import Serving

/// How long the schedules of trials last: what clients draw is known before they do. Trials of one load, as modes are, are
/// drawn once.
struct ScheduleLengths {
  private let files: FileCheck
  private var drawn: [Draw: Double] = [:]
  private var traces: [String: [Double]] = [:]

  /// What a schedule depends on.
  private struct Draw: Hashable {
    var seed: UInt64
    var rate_per_s: Double
    var clients: Int
    var total: Int
    var isUniform: Bool
  }

  init(files: FileCheck) { self.files = files }

  /// Beyond this a length is as expected: drawing it would take longer than it is worth.
  private static let mostQueries = 200_000_000

  /// From the start of the schedule to its last query, in seconds: of a trial of 100,000 queries in some milliseconds.
  /// - Throws: as `FileCheck.trace`.
  mutating func length_s(of trial: Trial) throws(FileCheck.Unusable) -> Double {
    let process: Load.Process
    switch trial.arrivals {
    case .poisson: process = .poisson
    case .uniform: process = .uniform
    case .trace(let file):
      let seconds: [Double]
      if let known = traces[file] { seconds = known } else { seconds = try files.trace(file) }
      traces[file] = seconds
      return seconds.prefix(trial.totalQueries).last ?? 0
    }
    guard trial.totalQueries <= Self.mostQueries else { return trial.load_s }
    let draw = Draw(
      seed: trial.seed, rate_per_s: trial.rate, clients: trial.numClients, total: trial.totalQueries,
      isUniform: process == .uniform)
    if let length_s = drawn[draw] { return length_s }
    let load = Load(
      seed: trial.seed, rate_per_s: trial.rate, clients: trial.numClients, total: trial.totalQueries, process: process,
      samples: 1)
    let length_s = load.length / .seconds(1)
    drawn[draw] = length_s
    return length_s
  }
}
