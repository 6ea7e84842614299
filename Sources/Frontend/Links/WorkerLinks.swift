import Control
import NIOCore
import Serving
import Wire

/// The workers that are here: who may join, who has fallen silent. Confined to the frontend's event loop.
final class WorkerLinks {
  private let secret: String
  private unowned let serving: ServingLoop
  /// By instance; one that left has none.
  private var links = Window<WorkerLink>()
  private var lastCheck: Instant
  private var checks: RepeatedTask?
  private(set) var lost = 0

  /// How often silence is looked for.
  private static let checkInterval: Duration = .milliseconds(250)

  init(secret: String, serving: ServingLoop) {
    self.secret = secret
    self.serving = serving
    lastCheck = serving.now()
  }

  /// Begins to look for workers that have fallen silent.
  func watch(on eventLoop: any EventLoop) {
    let interval = TimeAmount(WorkerLinks.checkInterval)
    let links = NIOLoopBound(self, eventLoop: eventLoop)
    checks = eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
      links.value.checkHeartbeats()
    }
  }

  func stop() { checks?.cancel() }

  func now() -> Instant { serving.now() }

  subscript(instance: InstanceID) -> WorkerLink? { links[instance.number] }

  /// Workers of the pool that are here.
  func count(_ pool: Pool) -> Int {
    members.count { $0.member?.pool == pool }
  }

  /// Why the worker may not join; nil if it may.
  func objection(to hello: WorkerMessage.Hello) -> String? {
    guard LinkSecret.matches(hello.secret, secret) else { return "wrong secret" }
    guard serving.policy.serves(hello.pool) else {
      return "pool \(hello.pool.name) has no work in mode \(serving.policy.settings.mode.rawValue)"
    }
    if members.contains(where: { $0.member?.worker == hello.worker }) {
      return "worker \(hello.worker) is already here"
    }
    return nil
  }

  func admit(_ link: WorkerLink, _ hello: WorkerMessage.Hello) {
    let instance = InstanceID(links.append(link))
    let member = WorkerLink.Member(instance: instance, worker: hello.worker, pool: hello.pool)
    link.member = member
    Log.event("\(member.component) joined")
    serving.announce(Announcement(member.component, .ready))
    serving.submit(.joined(instance, hello.pool))
  }

  func lose(_ link: WorkerLink, because reason: String) {
    guard let member = link.member else { return }
    link.member = nil
    links.remove(member.instance.number)
    lost += 1
    Log.event("\(member.component) lost: \(reason)")
    serving.announce(Announcement(member.component, .lost, detail: reason))
    serving.submit(.left(member.instance))
  }

  func take(_ results: [WorkerMessage.Result], of job: JobID, from member: WorkerLink.Member) {
    serving.take(results, of: job, from: member)
  }

  private func checkHeartbeats() {
    let now = serving.now()
    defer { lastCheck = now }
    // If this process itself stood still, what the workers said meanwhile waits to be read: hear it first.
    guard now - lastCheck < Link.heartbeatTimeout / 2 else {
      for link in members { link.lastHeard = now }
      return
    }
    for link in members where now - link.lastHeard > Link.heartbeatTimeout {
      lose(link, because: "silent for more than \(Link.heartbeatTimeout)")
      link.close()
    }
  }

  private var members: some Sequence<WorkerLink> {
    (links.start..<links.end).lazy.compactMap { self.links[$0] }
  }
}

extension WorkerLink.Member {
  var component: Component {
    switch pool {
    case .base: Component(role: "worker", Int(worker))
    case .parity: Component(role: "parity", Int(worker))
    case .approximate: Component(role: "approximate", Int(worker))
    }
  }
}

extension Pool {
  /// As on the worker's command line.
  var name: String {
    switch self {
    case .base: "base"
    case .parity(let index): "parity:\(index)"
    case .approximate: "approximate"
    }
  }
}
