import Control
import NIOCore
import Serving
import Testing
import Wire

@testable import Frontend

@Suite("Worker links")
struct WorkerLinkTests {
  @Test("a worker with the secret is welcome, and the runner is told; one with another is not let in")
  func secret() async throws {
    let running = try RunningServer()
    defer { try? running.stop() }
    let stranger = try FakeWorker(
      port: running.server.address.linkPort, worker: 1, secret: "a secret of texts", model: FakeWorker.echo)
    #expect(stranger.greeting == .refused(reason: "wrong secret"))
    try stranger.waitUntilClosed()
    #expect(try running.worker(2, FakeWorker.echo).greeting == .welcome)
    #expect(
      try await running.eventually { running.announcements == [Announcement(Component(role: "worker", 2), .ready)] })
  }

  @Test("secrets match only if every byte does")
  func secretComparison() {
    #expect(LinkSecret.matches("secret", "secret"))
    #expect(LinkSecret.matches("", ""))
    for other in ["", "secre", "secrets", "Secret", "secretsecret", "secres"] {
      #expect(!LinkSecret.matches(other, "secret"))
      #expect(!LinkSecret.matches("secret", other))
    }
  }

  @Test("a pool that the mode has no work for is refused")
  func pool() throws {
    for (mode, pool) in [
      (RedundancyMode.none, Pool.parity(0)), (.equal, .approximate), (.coded, .parity(1)), (.cheap, .parity(0)),
    ] {
      let running = try RunningServer(mode: mode)
      defer { try? running.stop() }
      let worker = try running.worker(0, pool: pool, FakeWorker.echo)
      #expect(worker.greeting == .refused(reason: "pool \(pool.name) has no work in mode \(mode.rawValue)"))
    }
  }

  @Test("a second link of one worker is refused while the first is there, and let in after it")
  func oneLinkAWorker() async throws {
    let running = try RunningServer()
    defer { try? running.stop() }
    let first = try running.worker(3, FakeWorker.echo)
    #expect(try running.worker(3, FakeWorker.echo).greeting == .refused(reason: "worker 3 is already here"))
    first.die()
    #expect(try await running.eventually { try running.worker(3, FakeWorker.echo).greeting == .welcome })
    #expect(try await running.eventually { running.announcements.map(\.state) == [.ready, .lost, .ready] })
  }

  @Test("garbage on the link port closes that link only")
  func garbage() throws {
    let running = try RunningServer()
    defer { try? running.stop() }
    try running.worker(0, FakeWorker.echo)
    let stranger = try HTTPConnection(port: running.server.address.linkPort)
    stranger.send("GET / HTTP/1.1\r\n\r\n")
    #expect(stranger.isClosedByPeer())
    let connection = try running.connect()
    connection.post(floats: [1, 2, 3, 4])
    #expect(try connection.reply().output == [1, 2, 3, 4])
  }

  @Test("a frame longer than a stranger's may be, or than any may be, closes the link", arguments: [false, true])
  func oversized(isMember: Bool) throws {
    let running = try RunningServer()
    defer { try? running.stop() }
    let link = try HTTPConnection(port: running.server.address.linkPort)
    if isMember {
      var hello = ByteBuffer()
      WorkerMessage.hello(.init(secret: RunningServer.secret, pool: .base, worker: 0)).encode(into: &hello)
      link.send(Array(hello.readableBytesView))
      #expect(try link.bytes(5) == [1, 0, 0, 0, 2])
    }
    let length = UInt32(isMember ? Link.maximumFrameBytes : Link.maximumFirstFrameBytes)
    link.send((0..<4).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) } + [6])
    #expect(link.isClosedByPeer())
  }

  @Test("who does not say hello, or does not say it in time, is not kept")
  func noHello() throws {
    let running = try RunningServer()
    defer { try? running.stop() }
    let hasty = try HTTPConnection(port: running.server.address.linkPort)
    hasty.send([1, 0, 0, 0, 4])
    #expect(hasty.isClosedByPeer())
    let mute = try HTTPConnection(port: running.server.address.linkPort)
    #expect(mute.isClosedByPeer())
  }

  @Test("a hello in single bytes is a hello")
  func dribbled() throws {
    let running = try RunningServer()
    defer { try? running.stop() }
    let link = try HTTPConnection(port: running.server.address.linkPort)
    var hello = ByteBuffer()
    WorkerMessage.hello(.init(secret: RunningServer.secret, pool: .base, worker: 0)).encode(into: &hello)
    for byte in hello.readableBytesView { link.send([byte]) }
    #expect(try link.bytes(5) == [1, 0, 0, 0, 2])
  }

  @Test("a worker whose heart stops is lost, and its query goes to another")
  func silence() async throws {
    let running = try RunningServer()
    defer { try? running.stop() }
    let frozen = try running.worker(0, hasHeartbeat: false, FakeWorker.silent)
    let connection = try running.connect()
    connection.post(floats: [1, 2, 3, 4])
    try frozen.waitUntilClosed()
    try running.worker(1, FakeWorker.echo)
    #expect(try connection.reply().output == [1, 2, 3, 4])
    #expect(running.announcements.contains { $0.component.name == "worker/0" && $0.state == .lost })
  }
}
