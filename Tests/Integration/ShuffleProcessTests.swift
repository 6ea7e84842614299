import CloudUtil
import Foundation
import Synchronization
import Testing
import Wire

/// Programs that shuffle, as real processes on loopback.
@Suite("The shuffle program") struct ShuffleProcessTests {
  @Test("moves what it is ordered to there and back, several at a time, and says so")
  func moves() async throws {
    let programs = try await ShuffleProgram.several(2)
    defer { for program in programs { program.end() } }
    let orders = try await programs[0].orders()
    for id in 1...4 { orders.send(programs[1].order(id, bytes: 3_000_000 * id)) }
    #expect(await orders.eventually { Set($0) == Set(["ready"] + (1...4).map { "moved \($0)" }) })
  }

  @Test("says of a shuffle that breaks why, and goes on with others")
  func broken() async throws {
    let programs = try await ShuffleProgram.several(2)
    defer { for program in programs { program.end() } }
    let orders = try await programs[0].orders()
    let nobody = ShuffleOrder.move(id: 7, host: "127.0.0.1", port: try LoopbackPort.free(), bytes: 5)
    orders.send(nobody.text)
    #expect(await orders.eventually { $0.contains { $0.hasPrefix("failed 7 ") } })
    orders.send(programs[1].order(8, bytes: 1_000_000_000_000))
    programs[1].signal(SIGKILL)
    #expect(await orders.eventually { $0.contains { $0.hasPrefix("failed 8 ") } })
    orders.send(programs[0].order(9, bytes: 1000))
    #expect(await orders.eventually { $0.last == "moved 9" })
  }

  @Test("ends at once when it is told to, with gigabytes on their way, and the other side forgets them")
  func stop() async throws {
    let programs = try await ShuffleProgram.several(2)
    defer { for program in programs { program.end() } }
    let (orders, others) = (try await programs[0].orders(), try await programs[1].orders())
    for id in 0..<8 { orders.send(programs[1].order(id, bytes: 1 << 40)) }
    orders.send(ShuffleOrder.stop.text)
    #expect(await orders.eventuallyEnds())
    #expect(await programs[0].eventuallyExits() == 0)
    #expect(try await programs[1].connections() <= 1)
    #expect(await !others.hasEnded)
  }

  @Test("ends when who gave the orders has gone, and at SIGTERM")
  func vanished() async throws {
    let programs = try await ShuffleProgram.several(2)
    defer { for program in programs { program.end() } }
    let orders = try await programs[0].orders()
    orders.send(programs[1].order(1, bytes: 1 << 40))
    orders.connection.end()
    #expect(await programs[0].eventuallyExits() == 0)
    programs[1].signal(SIGTERM)
    #expect(await programs[1].eventuallyExits() == 0)
  }

  @Test(
    "closes on whoever does not know the secret, and ends for nobody",
    arguments: ["orders x", "GET / HTTP/1.1", "data x 5"])
  func stranger(_ line: String) async throws {
    let program = try await ShuffleProgram.several(1)[0]
    defer { program.end() }
    let stranger = try await program.connect(saying: line)
    #expect(await stranger.eventuallyEnds())
    #expect(await stranger.lines.isEmpty)
    #expect(try await program.orders().eventually { $0 == ["ready"] })
  }
}

/// A running `shuffle`.
final class ShuffleProgram: Sendable {
  static let secret = "swordfish"
  private let process: Process
  private let port: Int

  static func several(_ count: Int) async throws -> [ShuffleProgram] {
    try (0..<count).map { _ in try ShuffleProgram() }
  }

  private init() throws {
    port = try LoopbackPort.free()
    process = Process()
    process.executableURL = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
      .deletingLastPathComponent().appending(path: "shuffle")
    process.arguments = ["--host", "127.0.0.1", "--port", "\(port)"]
    process.environment = ["RUN_EXP_LINK_SECRET": Self.secret]
    process.standardError = FileHandle.nullDevice
    try process.run()
  }

  func signal(_ number: Int32) { kill(process.processIdentifier, number) }
  func end() { signal(SIGKILL) }

  func order(_ id: Int, bytes: Int) -> String {
    ShuffleOrder.move(id: id, host: "127.0.0.1", port: port, bytes: bytes).text
  }

  func orders() async throws -> Heard {
    let heard = try await connect(saying: ShuffleGreeting.orders(secret: Self.secret).text)
    _ = await heard.eventually { $0 == ["ready"] }
    return heard
  }

  /// Connects as soon as it listens.
  func connect(saying line: String) async throws -> Heard {
    let deadline = ContinuousClock.now + .seconds(20)
    while true {
      do {
        let connection = try LineConnection(to: "127.0.0.1", port: port, name: "here", by: deadline)
        let heard = Heard(connection)
        connection.send(line)
        return heard
      } catch let error as ConnectError {
        guard ContinuousClock.now < deadline else { throw error }
        try await Task.sleep(for: .milliseconds(10))
      }
    }
  }

  /// nil: it runs for thirty seconds more.
  func eventuallyExits() async -> Int32? {
    for _ in 0..<3000 where process.isRunning { try? await Task.sleep(for: .milliseconds(10)) }
    return process.isRunning ? nil : process.terminationStatus
  }

  /// Established ones of its port, once there are no more than one or after ten seconds.
  func connections() async throws -> Int {
    var count = 0
    for _ in 0..<500 {
      let text = try await LocalShell().require(
        Command("cat", ["/proc/net/tcp"]), deadline: .now + .seconds(5)
      ).stdout
      let local = String(format: ":%04X", port)
      count = text.split(separator: "\n").dropFirst().count { line in
        let words = line.split(separator: " ")
        return words[1].hasSuffix(local) && words[3] == "01"
      }
      if count <= 1 { break }
      try await Task.sleep(for: .milliseconds(20))
    }
    return count
  }
}

/// What comes by a connection.
final class Heard: Sendable {
  let connection: LineConnection
  private let state = Mutex<(lines: [String], hasEnded: Bool)>(([], false))

  init(_ connection: LineConnection) {
    self.connection = connection
    connection.listen { [weak self] line in
      self?.state.withLock { state in
        if let line { state.lines.append(line) } else { state.hasEnded = true }
      }
    }
  }

  var lines: [String] { get async { state.withLock { $0.lines } } }
  var hasEnded: Bool { get async { state.withLock { $0.hasEnded } } }

  func send(_ line: String) { connection.send(line) }

  func eventually(_ condition: ([String]) -> Bool) async -> Bool {
    for _ in 0..<3000 {
      if condition(await lines) { return true }
      try? await Task.sleep(for: .milliseconds(10))
    }
    return false
  }

  func eventuallyEnds() async -> Bool {
    for _ in 0..<3000 {
      if await hasEnded { return true }
      try? await Task.sleep(for: .milliseconds(10))
    }
    return false
  }
}
