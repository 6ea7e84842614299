import Control
import NIOPosix
import Testing

@Suite("The control channel, through a real Redis", .serialized, .timeLimit(.minutes(1)))
struct ControlChannelTests {
  @Test("An announcement reaches the runner whole, whatever its detail holds")
  func announcements() throws {
    let redis = try RedisServer()
    let (process, runner) = (try redis.channel(), try redis.channel())
    let details = ["", "10000", "a tab\there", "line\nbreak", "Grüße, 世界", String(repeating: "x", count: 100_000)]
    let sent = zip(Announcement.State.allCases.map { $0 } + [.ready], details).map { state, detail in
      Announcement(Component(role: "client", 3), state, detail: detail)
    }
    for announcement in sent { try process.announce(announcement) }
    for announcement in sent { #expect(try runner.nextAnnouncement(timeout: .seconds(5)) == announcement) }
  }

  @Test("An order reaches the component it is for, and no other, even if it was given before the component listened")
  func orders() throws {
    let redis = try RedisServer()
    let (runner, first, second) = (try redis.channel(), try redis.channel(), try redis.channel())
    try runner.order(.go(start_ns: 1_700_000_000_123_456_789), to: Component(role: "client", 0))
    try runner.order(.drain(queries: 10_304), to: .frontend)
    try runner.order(.finish, to: .frontend)
    #expect(try second.nextOrder(to: Component(role: "client", 1), timeout: .milliseconds(10)) == nil)
    let go = try first.nextOrder(to: Component(role: "client", 0), timeout: .seconds(5))
    #expect(go == .go(start_ns: 1_700_000_000_123_456_789))
    #expect(try second.nextOrder(to: .frontend, timeout: .seconds(5)) == .drain(queries: 10_304))
    #expect(try second.nextOrder(to: .frontend, timeout: .seconds(5)) == .finish)
  }

  /// Waits for an order on a thread of its own, once it has announced that it is about to.
  private func waitForOrder(_ redis: RedisServer) async throws -> Order? {
    let (port, password) = (redis.port, redis.password)
    return try await NIOThreadPool.singleton.runIfActive {
      let channel = try ControlChannel(host: "127.0.0.1", port: port, password: password, run: "test")
      try channel.announce(Announcement(.frontend, .ready))
      return try channel.nextOrder(to: .frontend, timeout: .seconds(50))
    }
  }

  /// Waits for the next announcement without holding up the tests beside this one.
  private func nextAnnouncement(_ redis: RedisServer) async throws -> Announcement? {
    let (port, password) = (redis.port, redis.password)
    return try await NIOThreadPool.singleton.runIfActive {
      try ControlChannel(host: "127.0.0.1", port: port, password: password, run: "test")
        .nextAnnouncement(timeout: .seconds(30))
    }
  }

  @Test("An order that comes while a component waits ends the wait")
  func waiting() async throws {
    let redis = try RedisServer()
    let runner = try redis.channel()
    async let order = waitForOrder(redis)
    #expect(try await nextAnnouncement(redis) == Announcement(.frontend, .ready))
    try runner.order(.finish, to: .frontend)
    #expect(try await order == .finish)
  }

  @Test("The frontend's address is absent until it is set")
  func address() throws {
    let redis = try RedisServer()
    let channel = try redis.channel()
    #expect(try channel.frontendAddress() == nil)
    let address = FrontendAddress(host: "127.0.0.1", httpPort: 1337, linkPort: 40001)
    try channel.setFrontendAddress(address)
    #expect(try redis.channel().frontendAddress() == address)
  }

  @Test("Runs that share a Redis do not hear each other")
  func runs() throws {
    let redis = try RedisServer()
    let (one, other) = (try redis.channel(run: "a"), try redis.channel(run: "b"))
    try one.announce(Announcement(.frontend, .ready))
    try one.setFrontendAddress(FrontendAddress(host: "h", httpPort: 1, linkPort: 2))
    #expect(try other.nextAnnouncement(timeout: .milliseconds(10)) == nil)
    #expect(try other.frontendAddress() == nil)
  }

  @Test("A wrong password and an absent one are refused when connecting, and the error says why")
  func password() throws {
    let redis = try RedisServer()
    let wrong = try #require(throws: ControlChannel.Failure.self) { try redis.channel(password: "wrong") }
    #expect(wrong.description.contains("WRONGPASS"))
    let absent = try #require(throws: ControlChannel.Failure.self) {
      try ControlChannel(host: "127.0.0.1", port: redis.port, password: nil, run: "test")
    }
    #expect(absent.description.contains("NOAUTH"))
  }

  @Test("Where nothing listens, connecting fails and names the address")
  func nobody() throws {
    let port = try RedisServer.freePort()
    let failure = try #require(throws: ControlChannel.Failure.self) {
      try ControlChannel(host: "127.0.0.1", port: port, password: nil, run: "test")
    }
    #expect(failure.isLost)
    #expect(failure.description.contains("127.0.0.1:\(port)"))
  }

  @Test("What is said while Redis stalls is heard, once it is back, by a reader that had given up")
  func stall() throws {
    let redis = try RedisServer()
    let (speaker, reader) = (try redis.channel(), try redis.channel())
    try speaker.announce(Announcement(.frontend, .ready))
    #expect(try reader.nextAnnouncement(timeout: .seconds(1))?.state == .ready)
    redis.freeze()
    #expect(throws: ControlChannel.Failure.self) { try reader.nextAnnouncement(timeout: .milliseconds(10)) }
    #expect(throws: ControlChannel.Failure.self) { try speaker.announce(Announcement(.frontend, .lost, detail: "x")) }
    redis.thaw()
    try speaker.persistently(for: .seconds(10)) { try speaker.announce(Announcement(.frontend, .done)) }
    var heard: [Announcement.State] = []
    while heard.last != .done {
      let next = try reader.persistently(for: .seconds(10)) { try reader.nextAnnouncement(timeout: .seconds(1)) }
      heard.append(try #require(next).state)
    }
    // The one that was given up may have been heard as well, but not what was heard before.
    #expect(heard == [.done] || heard == [.lost, .done])
  }

  @Test("When Redis dies, the next call throws, and so does every later one; the process goes on")
  func death() throws {
    let redis = try RedisServer()
    let channel = try redis.channel()
    redis.stop()
    for _ in 0..<3 {
      let failure = try #require(throws: ControlChannel.Failure.self) {
        try channel.announce(Announcement(.frontend, .done))
      }
      #expect(failure.isLost)
    }
    #expect(throws: ControlChannel.Failure.self) { try channel.nextOrder(to: .frontend, timeout: .seconds(1)) }
  }

  @Test("When Redis falls silent, a call gives up and says so")
  func silence() throws {
    let redis = try RedisServer()
    let channel = try redis.channel()
    redis.freeze()
    let failure = try #require(throws: ControlChannel.Failure.self) { try channel.ping() }
    #expect(failure.isLost)
    #expect(failure.description.contains("no answer within"))
  }

  @Test("A waiting call ends with its connection")
  func deathWhileWaiting() async throws {
    let redis = try RedisServer()
    await #expect(throws: ControlChannel.Failure.self) {
      async let order = waitForOrder(redis)
      _ = try await nextAnnouncement(redis)
      redis.stop()
      _ = try await order
    }
  }

  @Test("Text that is not ours is refused, not taken for something else")
  func malformed() throws {
    let redis = try RedisServer()
    let channel = try redis.channel()
    // An address is free text as far as Redis is concerned.
    try channel.setFrontendAddress(FrontendAddress(host: "two words", httpPort: 1, linkPort: 2))
    #expect(throws: ControlChannel.Failure.self) { try channel.frontendAddress() }
  }
}
