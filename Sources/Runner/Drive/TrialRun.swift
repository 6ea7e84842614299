import CloudUtil
import Control
import Foundation
import Serving
import Wire

/// One trial on its machines: deploy, ready, drive, drain, finish, stop. What it measured lies in the folder afterwards.
struct TrialRun {
  let deployment: Deployment
  let engine: any ContainerEngine
  let transport: any HTTPTransport
  let progress: Progress
  let label: String
  /// What components are: `processes` or `containers`.
  let kind: String
  /// Of the detached run that it belongs to, as its file has it now: kept in Redis as well.
  var status: (@Sendable () -> String?)?
  /// What disturbs it with services of its own.
  var background: (any BackgroundLoad)?
  let clock = Clock()

  /// Runs the trial to its end. Whatever happens, everything that it started is stopped when this returns or throws.
  /// - Throws: `Failure` if it cannot be finished; `CancellationError` if it is interrupted. What was recorded so far
  ///   lies in the folder then.
  func run() async throws -> TrialCosts {
    let started = ContinuousClock.now
    var costs = TrialCosts()
    do {
      costs = try await withTeardown {
        try await deployAndDrive()
      } teardown: { [engine, tag = deployment.tag] in
        try await engine.remove(tag)
      } unnoticed: { error in
        progress.note(
          "\(label): what was started may still run: \(error)\nEnd it with terminate")
      }
    } catch let error as ContainerError {
      throw Failure(exitCode: .infrastructure, error.description)
    }
    let stages = [costs.deploy_s, costs.drive_s, costs.drain_s, costs.finish_s].compactMap { $0 }
    costs.stop_s = max(0, (ContinuousClock.now - started) / .seconds(1) - stages.reduce(0, +))
    return costs
  }

  private func deployAndDrive() async throws -> TrialCosts {
    progress.stage("\(label): starting \(deployment.specs.count + 1 + (background?.services.count ?? 0)) \(kind)")
    let desk = ControlDesk(
      host: deployment.redis.address, port: deployment.redis.port, password: deployment.redis.password.value,
      run: deployment.tag.run)
    defer { desk.close() }
    let stopwatch = ContinuousClock.now
    try await engine.deploy([deployment.redisSpec])
    try await deployment.redis.waitUntilReady(on: engine)
    if let status { desk.keepStatus(status) }
    try await engine.deploy(deployment.specs)
    let clocks = ClockRecords(hosts: deployment.hosts, folder: deployment.folder)
    let offsets = try await clocks.take(.before)
    let (events, continuation) = AsyncStream.makeStream(of: TrialDirector.Event.self)
    let disturbances = try disturbances(desk, continuation)
    let costs = try await withTeardown {
      try await background?.prepare(offsets: offsets)
      return try await drive(desk, offsets, events, continuation, disturbances, since: stopwatch)
    } teardown: {
      try await TrialRun.stop(disturbances)
    } unnoticed: { error in
      progress.note("\(label): \(error)")
    }
    try await clocks.take(.after)
    return costs
  }

  /// Feeds the director until the trial is over.
  private func drive(
    _ desk: ControlDesk, _ offsets: [String: ClockOffset], _ events: AsyncStream<TrialDirector.Event>,
    _ continuation: AsyncStream<TrialDirector.Event>.Continuation, _ disturbances: [any Disturbance],
    since deployed: ContinuousClock.Instant
  ) async throws -> TrialCosts {
    let trial = deployment.trial
    let duration = deployment.assets.duration
    var director = TrialDirector(
      baseWorkers: deployment.baseWorkers, redundantWorkers: deployment.redundantWorkers,
      clients: deployment.clientComponents, clockOffsets: clockOffsets(offsets),
      asked: deployment.faults.askedEnds,
      limits: .init(
        drive: duration * 1.5 + .seconds(30), schedule: try deployment.assets.scheduleLength(of: trial),
        drain: .milliseconds(trial.slo_ms) + .seconds(20),
        finish: .seconds(10) + .microseconds(50) * trial.totalQueries),
      at: clock.now())

    return try await withThrowingTaskGroup(of: Void.self) { group in
      defer { group.cancelAll() }
      group.addTask {
        for await news in desk.news() {
          switch news {
          case .announced(let announcement): continuation.yield(.announced(announcement))
          case .redis(let isAway): continuation.yield(.redis(isAway: isAway))
          }
        }
      }
      group.addTask { [engine, background] in
        for await exit in engine.exits() {
          let how = await TrialRun.describe(exit, of: engine)
          background?.hear(of: exit, how)
          if background?.owns(exit.name) ?? false { continue }
          continuation.yield(
            .exited(Component(exit.component), isSuccess: exit.termination.isSuccess, how: how))
        }
      }
      let records = HostRecords(hosts: deployment.hosts, folder: deployment.folder)
      group.addTask { try await records.keep() }
      group.addTask {
        while !Task.isCancelled {
          try await Task.sleep(for: .milliseconds(100))
          continuation.yield(.tick)
        }
      }

      var costs = TrialCosts()
      var entered = deployed
      var live: LiveView?
      for await event in events {
        let stage = director.stage
        director.handle(event, at: clock.now())
        if director.stage != stage {
          // Before the components are told: what disturbs them begins with the load and is over when it has drained.
          switch director.stage {
          case .driving:
            for disturbance in disturbances { try await disturbance.start(at: director.start ?? clock.now()) }
          case .finishing: try await TrialRun.stop(disturbances)
          default: break
          }
        }
        try await send(&director, through: desk)
        tell(event)
        if director.stage != stage {
          let now = ContinuousClock.now
          let spent = (now - entered) / .seconds(1)
          entered = now
          switch stage {
          case .deploying: costs.deploy_s = spent
          case .driving: costs.drive_s = spent
          case .draining:
            costs.drain_s = spent
            costs.worker_resident_mb = await largestWorker()
          default: costs.finish_s = spent
          }
          switch director.stage {
          case .driving:
            progress.stage("\(label): sending \(trial.totalQueries) queries, \(duration.components.seconds) s")
            if progress.isWatched {
              live = LiveView(
                label: label, total: duration, transport: transport, url: await metricsURL(desk), pace: progress.pace)
            }
          case .draining: progress.stage("\(label): waiting for the last replies")
          case .finishing: progress.stage("\(label): collecting")
          case .finished: return costs
          case .failed(let reason):
            // That Redis does not answer is known then, and is not why.
            let cause = director.isRedisAway ? "" : await cause(beyond: reason, desk)
            throw Failure(exitCode: .experiment, "\(label): \(reason)\(cause)\nLogs: \(deployment.folder.path)/logs")
          case .deploying: break
          }
        }
        if director.stage == .driving, let bar = await live?.bar() { progress.sending(bar) }
      }
      throw CancellationError()
    }
  }

  /// Orders go through Redis; where that is gone, to the frontend as signals. Clients need none after `go`.
  private func send(_ director: inout TrialDirector, through desk: ControlDesk) async throws {
    guard !director.commands.isEmpty else { return }
    let commands = director.commands
    if !director.isRedisAway {
      do {
        return try await desk.send(commands)
      } catch let failure as ControlChannel.Failure where failure.isLost && director.stage != .driving {
        director.handle(.redis(isAway: true), at: clock.now())
      }
    }
    for command in commands {
      guard let spec = deployment.spec(of: command.to) else { continue }
      switch command.order {
      case .drain: try await engine.signal(spec.name, SIGUSR1)
      case .finish: try await engine.signal(spec.name, SIGTERM)
      case .go: throw Failure(exitCode: .infrastructure, "\(label): redis does not answer, and load cannot begin")
      }
    }
  }

  private func clockOffsets(_ hosts: [String: ClockOffset]) -> [Component: Duration] {
    var offsets: [Component: Duration] = [:]
    for (index, client) in deployment.clientComponents.enumerated() {
      offsets[client] = hosts[deployment.placement.client(index).name].map { .nanoseconds($0.offset_ns) }
    }
    return offsets
  }

  /// A worker that is lost or returns is news to the user; everything else shows in the results.
  private func tell(_ event: TrialDirector.Event) {
    switch event {
    case .announced(let announcement) where announcement.state == .lost:
      progress.note("\(label): lost \(announcement.component) (\(announcement.detail))")
    case .exited(let component, _, let how) where component.isWorker: progress.note("\(label): \(component) \(how)")
    case .exited(.redis, _, let how): progress.note("\(label): redis \(how); the trial goes on without it")
    case .disturbed(let what): progress.note("\(label): \(what)")
    case .redis(let isAway): progress.note("\(label): redis \(isAway ? "does not answer" : "answers again")")
    default: break
    }
  }

  /// How a service ended, with its own last words.
  private static func describe(_ exit: ServiceExit, of engine: any ContainerEngine) async -> String {
    let lastWords = (try? await engine.logs(exit.name, lines: 1))?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
    switch (exit.cause, exit.termination) {
    case (let cause?, _): return "\(cause)"
    case (nil, .exited(let status)): return "exited with status \(status)" + (lastWords.isEmpty ? "" : ": \(lastWords)")
    case (nil, .signalled): return "was killed by \(exit.termination)"
    }
  }

  private func largestWorker() async -> Double? {
    var largest: Int64?
    for spec in deployment.specs where Component(spec.component).isWorker {
      guard let stats = try? await engine.stats(spec.name) else { continue }
      largest = max(largest ?? 0, stats.maxResident_bytes)
    }
    return largest.map { Double($0) / 1_048_576 }
  }

  private func metricsURL(_ desk: ControlDesk) async -> String? {
    guard let address = try? await desk.frontendAddress() else { return nil }
    return "http://\(address.host):\(address.httpPort)/metrics"
  }
}
