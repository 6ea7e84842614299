import CloudUtil
import Control
import Foundation

/// The Redis of one trial: Debian's redis-server on a free port, with a password and without files.
struct RedisService: Sendable {
  static let name = "redis-parm"

  /// Where every component reaches it.
  var address: String
  var port: Int
  var password: Secret

  /// - Throws: `Failure` (infrastructure) if redis-server is not in `path`.
  static func requireInstalled(path: String = ProcessInfo.processInfo.environment["PATH"] ?? "") throws {
    let isInstalled = path.split(separator: ":").contains {
      FileManager.default.isExecutableFile(atPath: "\($0)/redis-server")
    }
    guard !isInstalled else { return }
    throw Failure(
      exitCode: .infrastructure,
      "redis-server is not in PATH, and it is the control channel of every run.\nInstall it: apt-get install redis-server"
    )
  }

  /// On a port that is free now.
  init(address: String) throws {
    self.address = address
    port = try LoopbackPort.free()
    password = Secret(randomHex(bytes: 24))
  }

  /// The configuration goes in by standard input, where no other user can read it. Redis would write its title over its
  /// environment, and with it over the tag by which it is found again.
  /// - Parameter listensTo: the address that it binds.
  func spec(tag: ProcessTag, log: String, listensTo: String) -> ServiceSpec {
    let configuration = """
      bind \(listensTo)
      port \(port)
      requirepass \(password.value)
      save ""
      appendonly no
      daemonize no
      set-proc-title no
      dir /tmp
      logfile ""

      """
    return ServiceSpec(
      name: RedisService.name, component: Component.redis.name,
      command: Command("redis-server", ["-"], stdin: Secret(configuration)), tag: tag, log: log)
  }

  /// Probes until Redis answers.
  /// - Throws: `Failure` if it ends, or does not answer within five seconds.
  func waitUntilReady(on engine: any ContainerEngine) async throws {
    let deadline = ContinuousClock.now + .seconds(5)
    while true {
      do {
        try await onThread {
          try ControlChannel(host: address, port: port, password: password.value, run: "").ping()
        }
        return
      } catch is CancellationError {
        throw CancellationError()
      } catch {
        if await hasEnded(on: engine) {
          let lastWords = (try? await engine.logs(RedisService.name, lines: 3)) ?? ""
          throw Failure(exitCode: .infrastructure, "redis-server ended before it answered:\n\(lastWords)")
        }
        guard ContinuousClock.now < deadline else {
          throw Failure(exitCode: .infrastructure, "redis-server did not answer on port \(port) within 5 s: \(error)")
        }
        try await Task.sleep(for: .milliseconds(5))
      }
    }
  }

  private func hasEnded(on engine: any ContainerEngine) async -> Bool {
    do {
      _ = try await engine.stats(RedisService.name)
      return false
    } catch ContainerError.notRunning {
      return true
    } catch {
      return false
    }
  }
}

/// Lower-case hexadecimal digits of the system's random generator, two a byte.
func randomHex(bytes: Int) -> String {
  (0..<bytes).map { _ in String(format: "%02x", UInt8.random(in: 0...255)) }.joined()
}
