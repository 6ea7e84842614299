import Control
import Foundation

/// A redis-server of this test's own: a free loopback port, a password, its configuration by stdin, no file left.
final class RedisServer: Sendable {
  let port: Int
  let password: String
  private let process: Process

  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// Starts one and waits until it answers.
  init() throws {
    var tries = 0
    while true {
      tries += 1
      let port = try RedisServer.freePort()
      let password = String(UInt64.random(in: .min ... .max), radix: 36)
      let process = try RedisServer.start(port: port, password: password)
      if RedisServer.answers(process, port: port, password: password) {
        (self.port, self.password, self.process) = (port, password, process)
        return
      }
      process.terminate()
      // Somebody else may have taken the port in between.
      guard tries < 3 else { throw Failure(description: "redis-server does not answer on port \(port)") }
    }
  }

  deinit { stop() }

  func channel(run: String = "test", password: String? = nil) throws -> ControlChannel {
    try ControlChannel(host: "127.0.0.1", port: port, password: password ?? self.password, run: run)
  }

  /// Ends it at once, as a crash would.
  func stop() {
    guard process.isRunning else { return }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// Stops it from answering without closing a connection, as a partitioned network would.
  func thaw() { kill(process.processIdentifier, SIGCONT) }

  func freeze() { kill(process.processIdentifier, SIGSTOP) }

  private static func start(port: Int, password: String) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["redis-server", "-"]
    process.standardOutput = FileHandle.nullDevice
    let configuration = Pipe()
    process.standardInput = configuration
    try process.run()
    try configuration.fileHandleForWriting.write(
      contentsOf: Data(
        """
        port \(port)
        bind 127.0.0.1
        requirepass \(password)
        save ""
        appendonly no

        """.utf8))
    try configuration.fileHandleForWriting.close()
    return process
  }

  private static func answers(_ process: Process, port: Int, password: String) -> Bool {
    let deadline = ContinuousClock.now + .seconds(10)
    while process.isRunning, ContinuousClock.now < deadline {
      if (try? ControlChannel(host: "127.0.0.1", port: port, password: password, run: "probe")) != nil { return true }
      usleep(10_000)
    }
    return false
  }

  /// A loopback port that nothing listens on.
  static func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 ? getsockname(descriptor, $0, &length) : -1
      }
    }
    guard descriptor >= 0, result == 0 else { throw Failure(description: "no free port: errno \(errno)") }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}
