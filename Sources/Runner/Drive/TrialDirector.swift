import Control
import Serving

/// The course of one trial, without I/O: announcements and exits in, orders out, time passed in.
///
/// deploying -> driving -> draining -> finishing -> finished. A trial that cannot go on ends in `failed`, with a reason
/// that names the component.
///
/// Redis carries announcements and orders, and a trial that drives goes on without it: clients send by their own schedule,
/// whose end is known, and say by their exit status that their records are whole.
struct TrialDirector: Sendable {
  enum Stage: Equatable, Sendable {
    /// Waits for every component to be ready.
    case deploying
    /// Clients send their schedule.
    case driving
    /// Everything is sent; the last replies are on their way.
    case draining
    /// The frontend waits a little for late work and writes its files.
    case finishing
    case finished
    case failed(String)
  }

  enum Event: Equatable, Sendable {
    case announced(Announcement)
    /// A process ended, as `how` says (`was killed by signal 9`, `exited with status 65: no such file`).
    case exited(Component, isSuccess: Bool, how: String)
    /// A component that had ended was started again, as a fault asked.
    case restarted(Component)
    /// What was done to a component, for the user to know.
    case disturbed(String)
    /// Redis does not answer, or answers again.
    case redis(isAway: Bool)
    /// What a trial needs beside its components is lost, in a sentence.
    case broken(String)
    /// Time has passed.
    case tick
  }

  struct Command: Equatable, Sendable {
    var order: Order
    var to: Component
  }

  private(set) var stage = Stage.deploying
  /// Base workers that are lost for good: their process ended.
  private(set) var deadWorkers: Set<Component> = []
  private(set) var commands: [Command] = []
  /// Orders that go through Redis reach nobody now.
  private(set) var isRedisAway = false
  /// When the schedule of the load begins, on this machine's clock; nil before `go`.
  private(set) var start: Instant?

  private let clients: [Component]
  private let baseWorkers: Set<Component>
  private var waitingFor: Set<Component>
  private var done: Set<Component> = []
  /// Clients that have ended with their records whole.
  private var ended: Set<Component> = []
  private var sentQueries = 0
  private var deadline: Instant
  private let limits: Limits
  /// How far the clock of a client's host is ahead of this one's; those that are not in it are equal.
  private let clockOffsets: [Component: Duration]
  private var asked: AskedEnds
  /// What was said while Redis was away, or shortly before, may never have been heard.
  private var wasRedisAway = false

  /// How long each stage may take.
  struct Limits: Equatable, Sendable {
    /// Models are loaded and optimised in this time.
    var ready: Duration = .seconds(120)
    /// From `go` to the last query sent.
    var drive: Duration
    /// From the start of the schedule to its last query.
    var schedule: Duration = .zero
    /// From there to the last reply.
    var drain: Duration
    var finish: Duration = .seconds(10)
    /// From `go` to the first scheduled instant, so that every client has its order before.
    var lead: Duration = .milliseconds(50)
  }

  /// What the experiment itself does to components.
  struct AskedEnds: Equatable, Sendable {
    /// Those that it kills.
    var kills: Set<Component> = []
    /// How often it starts one again.
    var restarts: [Component: Int] = [:]
  }

  /// From the end of the schedule until queries count as sent whose client cannot be heard.
  private static let grace: Duration = .seconds(1)

  init(
    baseWorkers: [Component], redundantWorkers: [Component], clients: [Component],
    clockOffsets: [Component: Duration] = [:], asked: AskedEnds = AskedEnds(), limits: Limits, at now: Instant
  ) {
    self.clockOffsets = clockOffsets
    self.asked = asked
    self.clients = clients
    self.baseWorkers = Set(baseWorkers)
    self.limits = limits
    waitingFor = Set(baseWorkers + redundantWorkers + clients + [.frontend])
    deadline = now + limits.ready
  }

  /// Takes an event at `now`; what is to be ordered is in `commands` afterwards.
  mutating func handle(_ event: Event, at now: Instant) {
    commands = []
    switch event {
    case .announced(let announcement): hear(announcement)
    case .exited(let component, let isSuccess, let how): lose(component, isSuccess: isSuccess, how)
    case .restarted(let component):
      asked.restarts[component, default: 1] -= 1
      deadWorkers.remove(component)
      if component == .redis { isRedisAway = false }
    case .redis(let isAway): setRedis(isAway: isAway)
    case .broken(let reason): if isRunning { stage = .failed(reason) }
    case .disturbed, .tick: break
    }
    advance(at: now)
    if deadline <= now, isRunning {
      stage = .failed("\(purpose) took longer than \(limitText); still waiting for \(waitingText)")
    }
  }

  /// The components that the stage waits for, by name.
  var waitingText: String { waitingFor.map(\.name).sorted(by: naturalOrder).joined(separator: ", ") }

  private var isRunning: Bool {
    switch stage {
    case .finished, .failed: false
    default: true
    }
  }

  private mutating func hear(_ announcement: Announcement) {
    switch (announcement.state, stage) {
    case (.failed, _): stage = .failed("\(announcement.component): \(announcement.detail)")
    case (.ready, .deploying): waitingFor.remove(announcement.component)
    // The end of one that was started again may be heard after its start.
    case (.ready, _): deadWorkers.remove(announcement.component)
    // One that is alive comes back; the end of one that is not is told as such.
    case (.lost, .deploying): waitingFor.insert(announcement.component)
    case (.sent, .driving):
      guard waitingFor.remove(announcement.component) != nil else { return }
      sentQueries += Int(announcement.detail) ?? 0
    case (.done, _):
      // One client may have its last reply while another still sends.
      done.insert(announcement.component)
      if stage != .driving { waitingFor.remove(announcement.component) }
    default: break
    }
  }

  private mutating func lose(_ component: Component, isSuccess: Bool, _ how: String) {
    guard isRunning else { return }
    switch stage {
    case .deploying: stage = .failed("\(component) \(how) before it was ready")
    default:
      switch component {
      case _ where component.role == "client": loseClient(component, isSuccess: isSuccess, how)
      case _ where component.isWorker: loseWorker(component, how)
      case .redis: setRedis(isAway: true)
      // Without Redis it is told by a signal to end, and its end says that its files are written.
      case .frontend where stage == .finishing && isSuccess: waitingFor.remove(.frontend)
      default:
        let reason =
          asked.kills.contains(component) ? ", as the experiment asks; the records of the trial end with it" : ""
        stage = .failed("\(component) \(how)\(reason)")
      }
    }
  }

  /// A client ends by itself after it has announced `done`, which may come to us later than its end, or never if Redis is lost.
  private mutating func loseClient(_ client: Component, isSuccess: Bool, _ how: String) {
    switch (isSuccess, asked.kills.contains(client)) {
    case _ where done.contains(client): break
    case (true, _):
      ended.insert(client)
      takeEndsForLastWords()
    case (false, true):
      done.insert(client)
      waitingFor.remove(client)
    case (false, false): stage = .failed("\(client) \(how)")
    }
  }

  /// What clients said that have ended may never be heard.
  private mutating func takeEndsForLastWords() {
    guard wasRedisAway else { return }
    done.formUnion(ended)
    waitingFor.subtract(ended)
  }

  private mutating func loseWorker(_ worker: Component, _ how: String) {
    deadWorkers.insert(worker)
    let isHopeless = baseWorkers.allSatisfy { deadWorkers.contains($0) && asked.restarts[$0, default: 0] <= 0 }
    if isHopeless, stage != .finishing {
      stage = .failed("no instance of the base model is left: the last, \(worker), \(how)")
    }
  }

  private mutating func setRedis(isAway: Bool) {
    isRedisAway = isAway
    if isAway { wasRedisAway = true }
    takeEndsForLastWords()
  }

  private mutating func advance(at now: Instant) {
    if stage == .driving, wasRedisAway, let start, start + limits.schedule + TrialDirector.grace <= now {
      waitingFor = []
    }
    guard waitingFor.isEmpty else { return }
    switch stage {
    case .deploying:
      let start = now + limits.lead
      self.start = start
      // Each by its own clock.
      commands += clients.map {
        Command(order: .go(start_ns: (start + (clockOffsets[$0] ?? .zero)).nanoseconds), to: $0)
      }
      enter(.driving, waitingFor: clients, until: start + limits.drive)
    case .driving:
      commands.append(Command(order: .drain(queries: sentQueries), to: .frontend))
      enter(.draining, waitingFor: clients, until: now + limits.drain)
      advance(at: now)
    case .draining:
      commands.append(Command(order: .finish, to: .frontend))
      enter(.finishing, waitingFor: [.frontend], until: now + limits.finish)
    case .finishing: stage = .finished
    case .finished, .failed: break
    }
  }

  private mutating func enter(_ next: Stage, waitingFor components: [Component], until: Instant) {
    stage = next
    waitingFor = Set(components).subtracting(done)
    deadline = until
  }

  private var purpose: String {
    switch stage {
    case .deploying: "getting ready"
    case .driving: "sending"
    case .draining: "the last replies"
    default: "finishing"
    }
  }

  private var limitText: String {
    let limit =
      switch stage {
      case .deploying: limits.ready
      case .driving: limits.drive
      case .draining: limits.drain
      default: limits.finish
      }
    return "\(limit.components.seconds) s"
  }
}

extension Component {
  /// What stands before the number: `worker` of `worker/3`.
  var role: String { name.split(separator: "/").first.map(String.init) ?? name }
  var isClient: Bool { role == "client" }
  var isWorker: Bool { ["worker", "parity", "approximate"].contains(role) }
}

/// `worker/2` before `worker/10`.
func naturalOrder(_ a: String, _ b: String) -> Bool { a.count == b.count ? a < b : a.count < b.count }
