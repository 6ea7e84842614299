import CloudUtil
import Control
import Foundation
import Serving
import Synchronization
import Wire

/// Carries out the faults of a trial, each at its second, through the engine, and records in `events.csv` what became of each.
///
/// A component has its faults one after the other; those of several strike side by side.
final class FaultSchedule: Disturbance {
  private let plan: FaultPlan
  private let deployment: Deployment
  private let engine: any ContainerEngine
  private let journal: FaultJournal
  private let clock: Clock
  /// Hears of every component that was started again.
  private let restarted: @Sendable (Component) -> Void
  /// Hears of what was done, in a line.
  private let tell: @Sendable (String) -> Void
  /// Where the frontend listens, as Redis knows it.
  private let findFrontend: @Sendable () async -> FrontendAddress?
  private let frontend = Mutex<FrontendAddress?>(nil)
  private let work = Mutex<Task<Void, Never>?>(nil)
  private let state = Mutex(State())

  private struct State {
    /// Those that stand still now.
    var paused: Set<Component> = []
    /// What keeps the trial's record of its faults from being true.
    var problem: (any Error)?
  }

  /// How long an ended service may take to give its name free.
  private static let patience: Duration = .seconds(10)

  /// - Throws: what the file system says of `events.csv`.
  init(
    _ deployment: Deployment, engine: any ContainerEngine, clock: Clock,
    findFrontend: @escaping @Sendable () async -> FrontendAddress?,
    restarted: @escaping @Sendable (Component) -> Void, tell: @escaping @Sendable (String) -> Void
  ) throws {
    plan = deployment.faults
    journal = try FaultJournal(folder: deployment.folder)
    (self.deployment, self.engine, self.clock) = (deployment, engine, clock)
    (self.findFrontend, self.restarted, self.tell) = (findFrontend, restarted, tell)
  }

  func start(at zero: Instant) async throws {
    for entry in plan.entries {
      guard let omission = entry.omission else { continue }
      let record = FaultRecord(
        fault: entry.fault, component: entry.component?.name, outcome: .omitted, remark: omission)
      try await journal.append(record)
      tell("\(entry.fault.text(of: record.whom)) is left out: \(omission)")
    }
    let work = Task { [self] in
      await withTaskGroup(of: Void.self) { group in
        // Later Redis may be gone.
        group.addTask { [self] in
          let address = await findFrontend()
          frontend.withLock { $0 = address }
        }
        for (component, entries) in plan.byComponent {
          group.addTask { [self] in await strike(component, entries, from: zero) }
        }
      }
    }
    self.work.withLock { $0 = work }
  }

  /// What is not due yet does not happen any more, and is recorded as such; what was paused goes on, so that it can end.
  /// Whoever the trial waits for has gone on when its load was over (`FaultPlan.isAwaited`).
  /// - Throws: what kept a row from being written, or a service from going on.
  func stop() async throws {
    guard
      let work = work.withLock({ work in
        defer { work = nil }
        return work
      })
    else { return }
    work.cancel()
    await work.value
    for component in state.withLock(\.paused) {
      do {
        if let spec = deployment.spec(of: component) { try await engine.resume(spec.name) }
      } catch ContainerError.notRunning, ContainerError.unknown {
        // It has ended meanwhile.
      } catch {
        keep(error)
      }
    }
    if let problem = state.withLock(\.problem) { throw problem }
  }

  private func keep(_ problem: any Error) { state.withLock { $0.problem = $0.problem ?? problem } }

  /// Carries out the faults of one component in order.
  private func strike(_ component: Component, _ entries: [FaultPlan.Entry], from zero: Instant) async {
    guard let spec = deployment.spec(of: component) else {
      return keep(Failure(exitCode: .infrastructure, "faults: there is no service of \(component)"))
    }
    var target = StruckService(spec: spec, component: component)
    for entry in entries {
      let due = zero + .nanoseconds(Int64(entry.fault.at_s * 1e9))
      var record = FaultRecord(
        fault: entry.fault, component: component.name, due_ns: due.nanoseconds, outcome: .failed, remark: "")
      do {
        target.lead = try await lead(of: entry.fault.action, on: spec, before: due) ?? target.lead
        try await sleep(until: due, ahead: target.lead)
        record.began_ns = clock.now().nanoseconds
        record.remark = try await carryOut(entry.fault, on: &target)
        record.effective_ns = clock.now().nanoseconds
        record.outcome = .done
        tell(entry.fault.text(of: component.name) + (record.remark.isEmpty ? "" : " (\(record.remark))"))
      } catch is CancellationError {
        record.remark =
          record.began_ns == nil ? "the load was over before" : "the load was over while it was carried out"
      } catch {
        record.remark = "\(error)"
        tell("\(entry.fault.text(of: component.name)) did not happen: \(error)")
      }
      do { try await journal.append(record) } catch { keep(error) }
    }
    if FaultPlan.isAwaited(component) { await release(&target, at: zero + .nanoseconds(Int64(plan.load_s * 1e9))) }
  }

  /// What stands still or is cut off when the load is over goes on: it says what it owes, late, and the trial can end.
  private func release(_ target: inout StruckService, at end: Instant) async {
    let (component, name) = (target.component, target.spec.name)
    let isPaused = state.withLock { $0.paused.contains(component) }
    guard isPaused || target.link.isCut else { return }
    do {
      try await sleep(until: end, ahead: .zero)
      if target.link.isCut {
        target.link.isCut = false
        try await engine.shape(name, as: target.link)
        tell("\(component) is healed, since the load is over")
      }
      if isPaused {
        try await engine.resume(name)
        state.withLock { _ = $0.paused.remove(component) }
        tell("\(component) goes on, since the load is over")
      }
    } catch is CancellationError {
      // The trial ends before.
    } catch ContainerError.notRunning, ContainerError.unknown {
      // It has ended meanwhile.
    } catch {
      // What is paused, `stop` tries again.
      tell("\(component) cannot go on, though the load is over: \(error)")
    }
  }

  // MARK: In time

  /// How much before it is due an action has to begin: what a question about the same service takes that goes the same way,
  /// so that most of what the action takes is over when it is due.
  /// - Returns: nil where it takes no time worth speaking of, or there is none to ask.
  private func lead(of action: Fault.Action, on spec: ServiceSpec, before due: Instant) async throws -> Duration? {
    let left = due - clock.now()
    guard case .images = deployment.packaging, left > .milliseconds(200) else { return nil }
    try await sleep(until: due, ahead: min(.seconds(1), left * 0.8))
    var spans: [Duration] = []
    while spans.count < 4, spans.isEmpty || due - clock.now() > .milliseconds(200) {
      let began = clock.now()
      switch action {
      // Past the daemon; the first time it finds out the process by which a container is known to the host.
      case .kill, .partition, .heal, .delay: _ = try? await engine.stats(spec.name)
      case .restart, .pause, .resume, .slow: _ = try? await engine.logs(spec.name, lines: 1)
      }
      spans.append(clock.now() - began)
    }
    // The first one has more to do.
    let usual = spans.dropFirst().sorted()
    return usual.isEmpty ? .zero : min(usual[usual.count / 2], .milliseconds(200))
  }

  private func sleep(until due: Instant, ahead lead: Duration) async throws {
    let left = due - clock.now() - lead
    if left > .zero { try await Task.sleep(until: .now + left, tolerance: .zero, clock: .continuous) }
    try Task.checkCancellation()
  }

  // MARK: Actions

  /// - Returns: what the user should know of it; empty if there is nothing.
  private func carryOut(_ fault: Fault, on target: inout StruckService) async throws -> String {
    let (name, component) = (target.spec.name, target.component)
    switch fault.action {
    case .kill: try await engine.kill(name)
    case .restart: return try await restart(&target)
    case .pause:
      // It may stand still although it was cut short here.
      state.withLock { _ = $0.paused.insert(component) }
      try await engine.pause(name)
    case .resume:
      try await engine.resume(name)
      state.withLock { _ = $0.paused.remove(component) }
    case .slow:
      try await engine.signal(name, StepSignal.pace.number)
      target.pacesSet += 1
    case .partition:
      target.link.isCut = true
      try await engine.shape(name, as: target.link)
    case .heal:
      target.link = LinkCondition()
      try await engine.shape(name, as: target.link)
      if delaysItself(component), !plan.delays(of: component).isEmpty { try await setDelay(&target) }
    case .delay where delaysItself(component):
      try await setDelay(&target)
      return "by the worker itself"
    case .delay:
      target.link.delay_ms = fault.delay_ms ?? 0
      try await engine.shape(name, as: target.link)
    }
    return ""
  }

  /// Whether it delays what it sends, rather than its link: workers alone can.
  private func delaysItself(_ component: Component) -> Bool { deployment.workersDelay && component.isWorker }

  /// Has a worker go on to its next delay.
  private func setDelay(_ target: inout StruckService) async throws {
    try await engine.signal(target.spec.name, StepSignal.delay.number)
    target.delaysSet += 1
  }

  /// Starts the service again as it was, with what `slow` may still ask of it.
  private func restart(_ target: inout StruckService) async throws -> String {
    let began = clock.now()
    let ran = (try? await engine.kill(target.spec.name)) != nil
    let spec =
      deployment.respawned(
        target.component, after: (target.pacesSet, target.delaysSet), frontend: frontend.withLock { $0 }) ?? target.spec
    let deadline = ContinuousClock.now + FaultSchedule.patience
    while true {
      do {
        try await engine.deploy([spec])
        break
      } catch ContainerError.nameTaken where ContinuousClock.now < deadline {
        try await Task.sleep(for: .milliseconds(2))
      }
    }
    target.link = LinkCondition()
    if target.component == .redis { try await deployment.redis.waitUntilReady(on: engine) }
    restarted(target.component)
    let span_ms = (clock.now() - began) / .milliseconds(1)
    return "\(ran ? "killed and started" : "started") within \(Int(span_ms.rounded(.up))) ms"
  }
}

/// A service as faults have left it.
private struct StruckService {
  var spec: ServiceSpec
  var component: Component
  /// How much before its time an action begins.
  var lead = Duration.zero
  /// Of its network.
  var link = LinkCondition()
  /// How many of its paces and delays have been set.
  var pacesSet = 0
  var delaysSet = 0
}
