import Control
import NIOCore
import NIOPosix
import Serving
import Wire

/// Drives the policy: sockets' events in, its actions out. Confined to the one event loop that also has all the sockets.
final class ServingLoop {
  let settings: Settings
  let eventLoop: any EventLoop
  let clock = Clock()

  private(set) var policy: CodedPolicy
  private var actions: [CodedPolicy.Action] = []
  /// Events that came while actions were carried out: the next request of a connection, say, on the reply to its last.
  private var waitingEvents: [CodedPolicy.Event] = []
  private var isBusy = false
  private var timer = PolicyTimer()

  var payloads: PayloadStore
  var flights = Window<Flight>()
  var records: Records?
  var metrics = Metrics()
  var totals = RunTotals()
  var processor = ProcessorTime()
  /// Queries that wait for an answer.
  var inFlight = 0
  var ending = Ending()
  private(set) lazy var links = WorkerLinks(secret: settings.linkSecret, serving: self)
  let images: ImageDecoding?
  private let announcer: @Sendable (Announcement) -> Void

  /// - Parameters:
  ///   - images: decodes images, where the mode needs them decoded here.
  ///   - announcer: tells the runner; must not block.
  init(
    _ settings: Settings, eventLoop: any EventLoop, images: ImageDecoding?,
    announcer: @escaping @Sendable (Announcement) -> Void
  ) {
    self.settings = settings
    self.eventLoop = eventLoop
    self.images = images
    self.announcer = announcer
    policy = CodedPolicy(settings.policy)
    payloads = PayloadStore(settings)
    if settings.recordsFolder != nil { records = Records(queries: settings.expectedQueries) }
  }

  func now() -> Instant { clock.now() }

  func announce(_ announcement: Announcement) { announcer(announcement) }

  /// Gives the policy one event, or two in a row, and carries out what it decides; after the event at hand, if there is one.
  func submit(_ event: CodedPolicy.Event, then next: CodedPolicy.Event? = nil) {
    guard !isBusy else {
      waitingEvents.append(event)
      if let next { waitingEvents.append(next) }
      return
    }
    isBusy = true
    handle(event)
    if let next { handle(next) }
    while !waitingEvents.isEmpty {
      let events = waitingEvents
      waitingEvents.removeAll(keepingCapacity: true)
      for event in events { handle(event) }
    }
    isBusy = false
    timer.arm(policy.nextDeadline, on: self)
    finishIfIdle()
  }

  func timerRang() {
    timer.rang()
    submit(.timer)
  }

  private func handle(_ event: CodedPolicy.Event) {
    let now = now()
    policy.handle(event, at: now, into: &actions)
    for index in actions.indices { carryOut(actions[index], at: now) }
    actions.removeAll(keepingCapacity: true)
  }
}
