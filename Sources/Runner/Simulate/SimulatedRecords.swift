import Foundation
import Serving
import Simulation

/// The files of a simulated trial. Instants are nanoseconds from the start of its schedule.
struct SimulatedRecords {
  var outcome: SimulationOutcome
  var trial: SimulatedTrial

  /// `records.csv`, `codes.csv` and `frontend.json`, as a run writes them.
  func write(to folder: URL) throws {
    var writer = CSVWriter(columns: QueryRecord.columns)
    for (query, simulated) in zip(outcome.schedule.queries, outcome.queries) {
      record(query, simulated).write(to: &writer)
      writer.endRow()
    }
    try Data(writer.bytes).write(to: folder.appending(path: "records.csv"), options: .atomic)
    try CodeRecord.write(
      outcome.codes.map { code in
        CodeRecord(
          group: Int(code.group), kind: code.isDecoding ? .decode : .encode, started_ns: code.started_ns,
          duration_ns: code.isDecoding ? trial.codes.decode_ns : trial.codes.encode_ns)
      }, to: folder.appending(path: "codes.csv"))
    let totals = FrontendTotals(
      requeued: outcome.requeued, workers_lost: outcome.workersLost, queries: outcome.queries.count,
      codes: outcome.codes.count)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    try (encoder.encode(totals) + Data("\n".utf8)).write(to: folder.appending(path: "frontend.json"))
  }

  private func record(_ query: Schedule.Query, _ simulated: SimulatedQuery) -> QueryRecord {
    func instant(_ time_ns: Int64) -> Int64? { time_ns == SimulatedQuery.never ? nil : time_ns }
    func number(_ value: Int32) -> Int? { value < 0 ? nil : Int(value) }
    let delay_ns = trial.network.clientDelay_ns
    let scheduled_ns = query.offset.nanoseconds
    return QueryRecord(
      query: query.query, client: query.client, sample: query.sample, batch: number(simulated.batch),
      group: number(simulated.group), isWarmup: query.isWarmup, scheduled_ns: scheduled_ns, sent_ns: scheduled_ns,
      received_ns: instant(simulated.completed_ns).map { $0 + delay_ns }, arrived_ns: scheduled_ns + delay_ns,
      dispatched_ns: instant(simulated.dispatched_ns), own_ns: instant(simulated.own_ns),
      redundant_ns: instant(simulated.redundant_ns), completed_ns: instant(simulated.completed_ns),
      source: simulated.source, worker: number(simulated.worker))
  }
}
