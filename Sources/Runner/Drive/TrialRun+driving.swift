import CloudUtil
import Control
import Foundation
import Serving
import Wire

// The course of a trial: what is heard goes to the director, what it orders to the components.
extension TrialRun {
  typealias Events = AsyncStream<TrialDirector.Event>

  /// Feeds the director until the trial is over.
  /// - Throws: `Failure` (experiment) if it fails; what a disturbance throws; `CancellationError`.
  func drive(
    _ desk: ControlDesk, _ offsets: [String: ClockOffset], _ events: Events, _ continuation: Events.Continuation,
    _ disturbances: [any Disturbance], since deployed: ContinuousClock.Instant
  ) async throws -> TrialCosts {
    var director = try director(offsets)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      defer { group.cancelAll() }
      listen(in: &group, to: desk, continuation)
      var costs = StageCosts(since: deployed)
      var live: LiveView?
      for await event in events {
        let stage = director.stage
        director.handle(event, at: clock.now())
        let isNew = director.stage != stage
        // Before the components are told: what disturbs them begins with the load and is over when it has drained.
        if isNew { try await turn(disturbances, director) }
        if try await !send(director, through: desk) { continuation.yield(.redis(isAway: true)) }
        tell(event)
        if isNew {
          if stage == .draining { costs.total.worker_resident_mb = await largestWorker() }
          costs.leave(stage)
          announce(director.stage)
          switch director.stage {
          case .driving: live = await liveView(desk)
          case .finished: return costs.total
          case .failed(let reason): throw await failure(reason, director, desk)
          case .deploying, .draining, .finishing: break
          }
        }
        if director.stage == .driving, let bar = await live?.bar() { progress.sending(bar) }
      }
      throw CancellationError()
    }
  }

  private func director(_ offsets: [String: ClockOffset]) throws -> TrialDirector {
    let trial = deployment.trial
    return TrialDirector(
      baseWorkers: deployment.baseWorkers, redundantWorkers: deployment.redundantWorkers,
      clients: deployment.clientComponents, clockOffsets: clockOffsets(offsets),
      asked: deployment.faults.askedEnds,
      limits: .init(
        drive: deployment.assets.duration * 1.5 + .seconds(30) + deployment.resending,
        schedule: .seconds(deployment.faults.load_s),
        drain: .milliseconds(trial.slo_ms) + .seconds(20) + deployment.resending,
        finish: .seconds(10) + .microseconds(50) * trial.totalQueries),
      at: clock.now())
  }

  private func clockOffsets(_ hosts: [String: ClockOffset]) -> [Component: Duration] {
    var offsets: [Component: Duration] = [:]
    for (index, client) in deployment.clientComponents.enumerated() {
      offsets[client] = hosts[deployment.placement.client(index).name].map { .nanoseconds($0.offset_ns) }
    }
    return offsets
  }

  // MARK: What is heard

  /// Within which an announcement is heard that was made before its component ended.
  private static let lastWord: Duration = .milliseconds(200)

  private func listen(
    in group: inout ThrowingTaskGroup<Void, any Error>, to desk: ControlDesk, _ events: Events.Continuation
  ) {
    group.addTask {
      for await news in desk.news() {
        switch news {
        case .announced(let announcement): events.yield(.announced(announcement))
        case .redis(let isAway): events.yield(.redis(isAway: isAway))
        case .deaf(let reason): events.yield(.broken(reason))
        }
      }
    }
    group.addTask { [engine, background] in
      // None waits for another, whose host may be gone.
      await withDiscardingTaskGroup { group in
        for await exit in engine.exits() {
          group.addTask {
            // Why it ended by itself it has said, and that comes by another way.
            if case .exited(1..<128) = exit.termination { try? await Task.sleep(for: TrialRun.lastWord) }
            let how = await TrialRun.describe(exit, of: engine)
            background?.hear(of: exit, how)
            if background?.owns(exit.name) ?? false { return }
            events.yield(.exited(Component(exit.component), isSuccess: exit.termination.isSuccess, how: how))
          }
        }
      }
    }
    let records = HostRecords(hosts: deployment.hosts, folder: deployment.folder)
    group.addTask {
      do {
        try await records.keep()
      } catch  where !Task.isCancelled {
        events.yield(.broken("\(HostRecords.name) cannot be written: \(error.localizedDescription)"))
      }
    }
    group.addTask {
      while !Task.isCancelled {
        try await Task.sleep(for: .milliseconds(100))
        events.yield(.tick)
      }
    }
  }

  // MARK: What is ordered

  private func turn(_ disturbances: [any Disturbance], _ director: TrialDirector) async throws {
    switch director.stage {
    case .driving:
      for disturbance in disturbances { try await disturbance.start(at: director.start ?? clock.now()) }
    case .finishing: try await TrialRun.stop(disturbances)
    default: break
    }
  }

  /// Orders go through Redis; where that is gone, to the frontend as signals. Clients need none after `go`.
  /// - Returns: whether Redis answered, if it was asked.
  private func send(_ director: TrialDirector, through desk: ControlDesk) async throws -> Bool {
    guard !director.commands.isEmpty else { return true }
    var isAnswering = true
    if !director.isRedisAway {
      do {
        try await desk.send(director.commands)
        return true
      } catch let failure as ControlChannel.Failure where failure.isLost && director.stage != .driving {
        isAnswering = false
      }
    }
    for command in director.commands {
      guard let spec = deployment.spec(of: command.to) else { continue }
      switch command.order {
      case .drain: try await engine.signal(spec.name, SIGUSR1)
      case .finish: try await engine.signal(spec.name, SIGTERM)
      case .go: throw Failure(exitCode: .infrastructure, "\(label): redis does not answer, and load cannot begin")
      }
    }
    return isAnswering
  }

  // MARK: What is shown

  private func announce(_ stage: TrialDirector.Stage) {
    switch stage {
    case .driving:
      let seconds = deployment.assets.duration.components.seconds
      progress.stage("\(label): sending \(deployment.trial.totalQueries) queries, \(seconds) s")
    case .draining: progress.stage("\(label): waiting for the last replies")
    case .finishing: progress.stage("\(label): collecting")
    case .deploying, .finished, .failed: break
    }
  }

  /// - Returns: nil if nobody looks.
  private func liveView(_ desk: ControlDesk) async -> LiveView? {
    guard progress.isWatched else { return nil }
    let address = try? await desk.frontendAddress()
    return LiveView(
      label: label, total: deployment.assets.duration, transport: transport,
      url: address.map { "http://\($0.host):\($0.httpPort)/metrics" }, pace: progress.pace)
  }

  private func failure(_ reason: String, _ director: TrialDirector, _ desk: ControlDesk) async -> Failure {
    // That Redis does not answer is known then, and is not why.
    let cause = director.isRedisAway ? "" : await cause(beyond: reason, desk)
    return Failure(exitCode: .experiment, "\(label): \(reason)\(cause)\nLogs: \(deployment.folder.path)/logs")
  }

  private func largestWorker() async -> Double? {
    let names = deployment.specs.filter { Component($0.component).isWorker }.map(\.name)
    let sizes = await withTaskGroup(of: Int64?.self) { [engine] group in
      for name in names {
        // The trial does not wait for a host that is gone.
        group.addTask { try? await within(.seconds(2)) { try await engine.stats(name).maxResident_bytes } }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    return sizes.compactMap(\.self).max().map { Double($0) / 1_048_576 }
  }
}

/// How long each stage of a trial took.
private struct StageCosts {
  var total = TrialCosts()
  private var entered: ContinuousClock.Instant

  init(since start: ContinuousClock.Instant) { entered = start }

  mutating func leave(_ stage: TrialDirector.Stage) {
    let now = ContinuousClock.now
    let spent = (now - entered) / .seconds(1)
    entered = now
    switch stage {
    case .deploying: total.deploy_s = spent
    case .driving: total.drive_s = spent
    case .draining: total.drain_s = spent
    default: total.finish_s = spent
    }
  }
}
