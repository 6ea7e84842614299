import CloudUtil
import Control
import Foundation
import Serving
import Wire

// What a trial is disturbed by, and what its director has to know of it.
extension TrialRun {
  /// - Parameter events: hears of what was done, and of components that were started again.
  func disturbances(
    _ desk: ControlDesk, _ events: AsyncStream<TrialDirector.Event>.Continuation
  ) throws -> [any Disturbance] {
    let background: [any Disturbance] = background.map { [$0] } ?? []
    guard !deployment.faults.entries.isEmpty else { return background }
    return background + [
      try FaultSchedule(
        deployment, engine: engine, clock: clock, findFrontend: { try? await desk.frontendAddress() },
        restarted: { events.yield(.restarted($0)) },
        tell: { events.yield(.disturbed($0)) })
    ]
  }

  /// Stops all, whatever one says.
  /// - Throws: what the first said that failed.
  static func stop(_ disturbances: [any Disturbance]) async throws {
    var failure: (any Error)?
    for disturbance in disturbances {
      do {
        try await disturbance.stop()
      } catch {
        failure = failure ?? error
      }
    }
    if let failure { throw failure }
  }
}

extension FaultPlan {
  /// What it does to the lives of components.
  var askedEnds: TrialDirector.AskedEnds {
    var asked = TrialDirector.AskedEnds()
    for (component, entries) in byComponent {
      let actions = entries.map(\.fault.action)
      if actions.contains(.kill) { asked.kills.insert(component) }
      asked.restarts[component] = actions.count { $0 == .restart }
    }
    return asked
  }
}

extension TrialAssets {
  /// From the start of the schedule to its last query, as the clients draw it.
  /// - Throws: `Failure` if a trace cannot be read, or is too short.
  func scheduleLength(of trial: Trial) throws -> Duration {
    let process: Load.Process
    switch trial.arrivals {
    case .poisson: process = .poisson
    case .uniform: process = .uniform
    // What the trace says is known already.
    case .trace: return duration
    }
    let load = Load(
      seed: trial.seed, rate_per_s: trial.rate, clients: trial.numClients, total: trial.totalQueries, process: process,
      samples: 1)
    return try Schedule(load).queries.last?.offset ?? .zero
  }
}
