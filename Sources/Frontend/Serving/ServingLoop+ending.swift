import Control
import NIOCore
import Serving

// The end of a run: drain, finish, files.
extension ServingLoop {
  /// How long queries that were sent may take to come in, and work in progress to end.
  private static let drainTimeout: Duration = .seconds(2)
  private static let finishTimeout: Duration = .seconds(1)

  func take(_ order: Order) {
    let serving = NIOLoopBound(self, eventLoop: eventLoop)
    switch order {
    case .drain(let queries):
      ending.awaitedQueries = queries
      drainIfAllAreIn()
      eventLoop.scheduleTask(in: TimeAmount(ServingLoop.drainTimeout)) { serving.value.drain() }
    case .finish:
      ending.isFinishing = true
      finishIfIdle()
      eventLoop.scheduleTask(in: TimeAmount(ServingLoop.finishTimeout)) { serving.value.finish() }
    case .go: Log.event("the order go is not for a frontend")
    }
  }

  func drainIfAllAreIn() {
    if let awaited = ending.awaitedQueries, totals.queries >= awaited { drain() }
  }

  func finishIfIdle() {
    if ending.isFinishing, inFlight == 0, policy.jobsInProgress == 0 { finish() }
  }

  /// Writes the files, if they are wanted and have not been written since the last query.
  func writeRecords() throws {
    guard let folder = settings.recordsFolder, let records, !ending.areRecordsWritten else { return }
    totals.workersLost = links.lost
    totals.cpu_us_per_query = processor.microseconds.map { $0 / Double(max(1, totals.queries)) }
    totals.max_rss_kb = ProcessorTime.maximumResidentKilobytes()
    try records.write(to: folder, totals: totals)
    ending.areRecordsWritten = true
  }

  private func drain() {
    guard let awaited = ending.awaitedQueries else { return }
    ending.awaitedQueries = nil
    Log.event("draining after \(totals.queries) of \(awaited) queries")
    submit(.drain)
  }

  private func finish() {
    guard ending.isFinishing else { return }
    ending.isFinishing = false
    do {
      try writeRecords()
      announce(Announcement(.frontend, .done))
    } catch {
      Log.event("\(error)")
      announce(Announcement(.frontend, .failed, detail: "\(error)"))
    }
  }
}
