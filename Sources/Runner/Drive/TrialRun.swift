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
        do {
          try await engine.remove(tag)
        } catch let error as ContainerError where !error.isOfLogAlone {
          throw Failure(
            exitCode: .infrastructure, "\(error)\nWhat was started may still run: end it with terminate")
        }
      } unnoticed: { error in
        progress.note("\(label): \(error)")
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

  /// A worker that is lost or returns is news to the user; everything else shows in the results.
  func tell(_ event: TrialDirector.Event) {
    switch event {
    case .announced(let announcement) where announcement.state == .lost:
      let component = announcement.component
      progress.note("\(label): lost \(component)\(place(of: component)) (\(announcement.detail))")
    case .exited(let component, _, let how) where component.isWorker:
      progress.note("\(label): \(component)\(place(of: component)) \(how)")
    case .exited(.redis, _, let how): progress.note("\(label): redis \(how); the trial goes on without it")
    case .disturbed(let what): progress.note("\(label): \(what)")
    case .redis(let isAway): progress.note("\(label): redis \(isAway ? "does not answer" : "answers again")")
    default: break
    }
  }

  /// ` on worker-3`; empty on one machine.
  private func place(of component: Component) -> String {
    guard deployment.hosts.count > 1, let host = deployment.spec(of: component)?.host else { return "" }
    return " on \(host)"
  }

  /// How a service ended, with its own last words.
  static func describe(_ exit: ServiceExit, of engine: any ContainerEngine) async -> String {
    switch (exit.cause, exit.termination) {
    case (let cause?, _): return "\(cause)"
    case (nil, .exited(let status)):
      let words = (try? await engine.logs(exit.name, lines: 1))?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
      return "exited with status \(status)" + (words.isEmpty ? "" : ": \(words)")
    case (nil, .signalled): return "was killed by \(exit.termination)"
    }
  }
}
