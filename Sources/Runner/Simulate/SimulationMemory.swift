import Foundation

/// How many trials fit into memory at a time.
struct SimulationMemory {
  /// A query's part of schedule, outcome, latencies and their order; and of the text of its rows.
  private static let query_bytes = 320
  private static let rows_bytes = 400
  /// What a query takes while it waits for its answer, beside that.
  private static let waiting_bytes = 160
  /// An instance's part: its random numbers, its place in queue and tables.
  private static let worker_bytes = 1000

  var available_bytes: Int

  static func now() -> SimulationMemory { SimulationMemory(available_bytes: AvailableMemory().bytes) }

  static func needed_bytes(_ trial: Trial, withRows: Bool) -> Int {
    let (queries, overflow) = trial.totalQueries.multipliedReportingOverflow(
      by: query_bytes + (withRows ? rows_bytes : 0))
    return overflow
      ? .max
      : queries + min(trial.totalQueries, trial.maxInFlight) * waiting_bytes + trial.instances.count * worker_bytes
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
    throw Failure(
      exitCode: .infrastructure,
      """
      num_queries: a trial of \(trials.map(\.totalQueries).max() ?? 0) queries needs \(Self.gib(sizes.first ?? 0)) of \
      memory\(many ? ", and \(wanted) are to be simulated at a time" : ""); \(Self.gib(available_bytes)) can be had. \
      Give \(many ? "a smaller --trials-in-parallel" : "fewer num_queries")\(withRows ? ", or leave out --records" : "").
      """)
  }

  private static func gib(_ bytes: Int) -> String { String(format: "%.1f GiB", Double(bytes) / Double(1 << 30)) }
}
