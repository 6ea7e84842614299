import Control
import NIOCore
import NIOPosix
import Serving
import Wire

/// One run of the client, from its options to its records.
struct ClientSession {
  private let options: Options
  private let load: Workload
  private let file: RecordFile?
  private let eventLoop: any EventLoop
  private let interruption: Interruption
  private let clock = Clock()

  /// Reads the payload and draws the schedule.
  /// - Throws: `ClientError`: an option or input that cannot be used.
  init(_ options: Options, eventLoop: any EventLoop) throws {
    self.options = options
    self.eventLoop = eventLoop
    interruption = Interruption(eventLoop: eventLoop)
    let samples = try options.payload.samples(seed: options.seed)
    let plan = try options.schedule(samples: samples.count)
    load = Workload(contentType: options.payload.contentType, samples: samples, plan: plan)
    file = try options.records.map { try RecordFile(path: $0) }
  }

  /// Sends the load, writes the records and, alone, prints the table.
  /// - Throws: `ClientError`. The records are written before any that comes after the start.
  func run() throws {
    switch options.destination {
    case .url(let target): try runAlone(target)
    case .trial(let settings, let path): try runInTrial(settings, path: path)
    }
  }

  private func runAlone(_ target: Target) throws {
    let run = try openRun(target)
    // Far enough ahead that the first queries are not late.
    let records = try measure(run, from: clock.now() + .milliseconds(20))
    print(LatencyTable(records.rows))
    try records.interruption.map { throw $0 }
  }

  private func runInTrial(_ settings: Conversation.Settings, path: String) throws {
    let threads = NIOThreadPool(numberOfThreads: 1)
    threads.start()
    let conversation = Conversation(settings, eventLoop: eventLoop, threads: threads)
    defer { conversation.end(ClientError(.interrupted, "the client ends")) }

    do {
      let address = try interruption.orWait(for: conversation.frontend)
      let run = try openRun(Target(host: address.host, port: address.httpPort, path: path))
      conversation.opened.succeed()
      let start = try interruption.orWait(for: conversation.go)
      conversation.announceSent(run.sent)
      let records = try measure(run, from: start)
      try records.interruption.map { throw $0 }
      conversation.written.succeed()
    } catch {
      conversation.end(error)
      // The runner hears of it before this process is gone.
      _ = try? interruption.orWait(for: conversation.over)
      throw error
    }
    try interruption.orWait(for: conversation.over)
  }

  private func openRun(_ target: Target) throws -> LoadRun {
    let run = try LoadRun(
      load, target: target, timeout: .seconds(options.timeout_s), eventLoop: eventLoop, clock: clock)
    // Replies that take 50 ms keep so many connections busy; from there on the reserve grows by itself.
    let connections = max(8, min(256, Int(options.rate / Double(options.clients) * 0.05), load.plan.count))
    try interruption.orWait(for: run.open(connections: connections))
    return run
  }

  /// Sends the load and writes the records, whatever ends it.
  private func measure(_ run: LoadRun, from start: Instant) throws -> (rows: QueryRecords, interruption: ClientError?) {
    run.start(at: start)
    interruption.whenSignalled { run.stop() }
    let result = try run.finished.wait()
    let rows = QueryRecords(
      client: options.client, start_ns: start.nanoseconds, plan: load.plan, samples: load.samples,
      outcomes: result.outcomes)
    try file.map { try rows.write(to: $0) }
    return (rows, result.isStopped ? ClientError(.interrupted, "interrupted; the records so far are written") : nil)
  }
}
