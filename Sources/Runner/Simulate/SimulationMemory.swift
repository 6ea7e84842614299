import Foundation
import Serving

/// How many trials fit into memory at a time.
struct SimulationMemory {
  /// A query's part of schedule, outcome, latencies and their order; and of the text of its rows.
  private static let query_bytes = 320
  private static let rows_bytes = 400
  /// A row of `codes.csv`, in a list that grows.
  private static let code_bytes = 32
  /// An instance's part: its random numbers, its place in queue and tables.
  private static let worker_bytes = 1000

  var available_bytes: Int

  static func now() -> SimulationMemory { SimulationMemory(available_bytes: AvailableMemory().bytes) }

  /// What was measured never came to more than 0.9 of it.
  static func needed_bytes(_ trial: Trial, withRows: Bool) -> Int {
    // A query is decoded once at the most; each parity of a group is encoded once.
    let codes = trial.mode == .coded ? 1 + (trial.parities + trial.k - 1) / trial.k : 0
    // As many as a simulation can have.
    guard trial.totalQueries <= Int32.max else { return .max }
    return trial.totalQueries * (query_bytes + codes * code_bytes + (withRows ? rows_bytes : 0))
      + trial.instances.count * worker_bytes
      + CodedPolicy.tables_bytes(trial.policy, waiting: min(trial.totalQueries, trial.maxInFlight))
  }

  /// - Parameter asked: trials at a time, where the user has said it.
  /// - Returns: how many trials can be simulated at a time, `cores` at most if nothing was asked.
  /// - Throws: `Failure` (infrastructure) if not even one, or fewer than asked.
  func trialsInParallel(_ trials: [Trial], asked: Int?, cores: Int, withRows: Bool) throws -> Int {
    let sizes = trials.map { Self.needed_bytes($0, withRows: withRows) }.sorted(by: >)
    func fit(_ count: Int) -> Bool {
      sizes.prefix(count).reduce(0) { sum, size in
        let (total, overflow) = sum.addingReportingOverflow(size)
        return overflow ? .max : total
      } <= available_bytes
    }
    let wanted = max(1, min(asked ?? cores, trials.count))
    if fit(wanted) { return wanted }
    if asked == nil, let count = (1..<wanted).last(where: fit) { return count }
    let many = wanted > 1 && fit(1)
    let (needed, available) = Self.apart(sizes.first ?? 0, available_bytes)
    throw Failure(
      exitCode: .infrastructure,
      """
      num_queries: a trial of \(trials.map(\.totalQueries).max() ?? 0) queries needs \(needed) of \
      memory\(many ? ", and \(wanted) are to be simulated at a time" : ""); \(available) can be had. \
      Give \(many ? "a smaller --trials-in-parallel" : "fewer num_queries")\(withRows ? ", or leave out --records" : "").
      """)
  }

  /// Two sizes in GiB, with as many digits as it takes to see that they differ.
  static func apart(_ a_bytes: Int, _ b_bytes: Int) -> (String, String) {
    func text(_ bytes: Int, _ places: Int) -> String {
      String(format: "%.\(places)f GiB", Double(bytes) / Double(1 << 30))
    }
    let places = (1...8).first { text(a_bytes, $0) != text(b_bytes, $0) } ?? 9
    return (text(a_bytes, places), text(b_bytes, places))
  }
}
