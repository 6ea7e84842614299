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
