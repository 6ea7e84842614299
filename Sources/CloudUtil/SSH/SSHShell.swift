import Glibc
import Synchronization

/// Runs commands on a host by ssh.
///
/// The first command connects, the others share the connection; more than eight at a time take another one. A connection that
/// broke is made anew for the next command. Only connecting is ever repeated: a command that may have been started is not
/// sent again.
///
/// A command leads a process group of its own. At its deadline, when its task is cancelled and when nobody wants its output any
/// more, the group is asked to end, and half a second later killed, over the same connection. If that is broken, or the host
/// cannot be reached, the host itself ends the command five seconds after its deadline, provided it has `timeout` (coreutils).
/// What has left the group is not ended, nor is what runs by sudo where the user needs a password for it, or the connection is
/// broken.
public final class SSHShell: RemoteShell {
  public let destination: SSHDestination
  public let knownHosts: KnownHosts
  private let outputLimit: Int
  let patience: SSHConnection.Patience
  /// How long a command waits for a host that does not answer, at most.
  let reconnecting: Duration
  let pool = Mutex<[SSHConnection]>([])
  let carriers = Mutex<[SSHConnection]>([])

  public var host: String { destination.description }

  /// Connects to nothing yet.
  /// - Parameters:
  ///   - reconnecting: how long a command goes on trying to connect, within its deadline.
  ///   - silence: a host that has said nothing for so long, though asked, is lost.
  ///   - outputLimit: bytes of each output stream that are kept; a command that prints more is killed.
  public convenience init(
    to destination: SSHDestination, knownHosts: KnownHosts, reconnecting: Duration = .seconds(15),
    silence: Duration = .seconds(60), outputLimit: Int = 16 << 20
  ) {
    self.init(
      to: destination, knownHosts: knownHosts, reconnecting: reconnecting,
      patience: SSHConnection.Patience(silence: silence), outputLimit: outputLimit)
  }

  init(
    to destination: SSHDestination, knownHosts: KnownHosts, reconnecting: Duration, patience: SSHConnection.Patience,
    outputLimit: Int
  ) {
    self.destination = destination
    self.knownHosts = knownHosts
    self.reconnecting = reconnecting
    self.outputLimit = outputLimit
    self.patience = patience
  }

  /// Waits until the host lets us in: until its sshd answers, and knows the key, which a new machine may learn last. That takes
  /// a connection of its own, since one that is there may be broken without anybody having noticed.
  /// - Parameters:
  ///   - refusals: how long a host may refuse the key and still be taken for one that learns it; nil: until `deadline`.
  ///   - tell: hears of every attempt why it failed.
  /// - Throws: `SSHError.notReady` with the last reason if that is not before `deadline`; at once what does not pass by waiting:
  ///   another host key, an unusable private key, a key that is refused for longer than `refusals`; `CancellationError`.
  public func waitUntilReady(
    deadline: ContinuousClock.Instant, refusals: Duration? = nil, tell: (SSHError) -> Void = { _ in }
  ) async throws {
    let start = ContinuousClock.now
    var firstRefusal: ContinuousClock.Instant?
    var isRefused = false
    close()
    do {
      let connection = try await connect(by: deadline) { error in
        tell(error)
        guard case .authenticationRefused = error else { return error.isPassing }
        let first = firstRefusal ?? .now
        firstRefusal = first
        isRefused = refusals.map { ContinuousClock.now - first >= $0 } ?? false
        return !isRefused
      }
      connection.release()
    } catch let error as SSHError {
      switch error {
      case .hostKeyChanged, .hostKeysUnusable, .unusableKey, .notReady: throw error
      case .authenticationRefused where isRefused: throw error
      default: throw SSHError.notReady(host: host, after: .now - start, last: error)
      }
    }
  }

  public func run(_ command: Command, deadline: ContinuousClock.Instant) async throws -> Output {
    let gathered = GatheredOutput(limit: outputLimit)
    let termination = try await execute(command, deadline: deadline) { piece in
      try gathered.add(piece, of: command, host: self.host)
    }
    return gathered.output(termination)
  }

  public func stream(
    _ command: Command, deadline: ContinuousClock.Instant,
    _ take: @escaping @Sendable ([UInt8]) async throws -> Following
  ) async throws -> Output {
    let gathered = GatheredOutput(limit: outputLimit)
    let termination = try await execute(command, deadline: deadline) { piece in
      switch piece.stream {
      case .stdout: try await take(piece.bytes)
      case .stderr: try gathered.add(piece, of: command, host: self.host)
      }
    }
    return gathered.output(termination)
  }

  // MARK: - Commands

  /// Runs `command` and hands `take` what it prints.
  /// - Parameter feed: writes standard input after the command's own; nil if there is no more.
  func execute(
    _ command: Command, deadline: ContinuousClock.Instant,
    feed: InputFeed? = nil,
    _ take: @escaping @Sendable (SSHProcess.Piece) async throws -> Following
  ) async throws -> Termination {
    if let name = SSHScript.badName(in: command) {
      throw ShellError.notStarted(command, host: host, reason: "`\(name)` is no name of an environment variable")
    }
    // One for every connection that may turn out to be broken, or to have no room after all.
    var attempts = 10
    while true {
      attempts -= 1
      let connection = try await connection(for: command, by: deadline)
      defer { connection.release() }
      let script = SSHScript(command, nonce: SSHShell.nonce(), left: deadline - .now)
      let process = connection.start(
        script, input: Array((command.stdin?.value ?? "").utf8), isInputComplete: feed == nil)
      do {
        return try await follow(process, of: command, on: connection, deadline: deadline, feed: feed, take)
      } catch SSHProcess.Failure.notSent(let error) {
        // Nothing was asked of the host: a new connection may be asked.
        forget(connection)
        if attempts == 0 { throw ShellError.unreached(command, host: host, error) }
      }
    }
  }

  private func follow(
    _ process: SSHProcess, of command: Command, on connection: SSHConnection, deadline: ContinuousClock.Instant,
    feed: InputFeed?,
    _ take: @escaping @Sendable (SSHProcess.Piece) async throws -> Following
  ) async throws -> Termination {
    do {
      return try await withThrowingTaskGroup(of: Following?.self) { group in
        defer { group.cancelAll() }
        group.addTask {
          while let piece = try await process.next() {
            if case .enough = try await take(piece) { return .enough }
          }
          return .goOn
        }
        group.addTask {
          try await Task.sleep(until: deadline, clock: .continuous)
          throw ShellError.timedOut(command, host: self.host)
        }
        if let feed {
          group.addTask {
            try await feed { try await process.write($0) }
            process.finishInput()
            return nil
          }
        }
        var left = feed == nil ? 1 : 2
        while left > 0, let result = try await group.next() {
          left -= 1
          if case .enough? = result { await end(process, of: command, on: connection) }
        }
        return try await process.ended.value(by: .now + .seconds(1)) ?? .signalled(SIGKILL)
      }
    } catch let failure as SSHProcess.Failure {
      switch failure {
      case .notSent: throw failure
      case .lost(let error): throw ShellError.lost(command, host: host, reason: error.description)
      case .notStarted(let reason): throw ShellError.notStarted(command, host: host, reason: reason)
      }
    } catch {
      await end(process, of: command, on: connection)
      throw error
    }
  }

  /// Ends `process` with its group and gives its channel back, whether the task is cancelled or not; takes a few seconds at most.
  private func end(_ process: SSHProcess, of command: Command, on connection: SSHConnection) async {
    process.discard()
    try? await shielded { try await self.endGroup(of: process, of: command, on: connection) }
    process.close()
  }

  private func endGroup(of process: SSHProcess, of command: Command, on connection: SSHConnection) async throws {
    // A host that is asked to start it says soon that it has.
    guard process.ended.result == nil, let pid = try await process.started.value(by: .now + .seconds(5)) else { return }
    let script = SSHScript(line: SSHScript.kill(pid, asRoot: command.executable == "sudo"))
    if try await !kill(by: script, on: connection) { try await killElsewhere(by: script) }
    _ = try await process.ended.value(by: .now + .seconds(1))
  }

  /// Runs `script` on whatever connection takes it: many commands that end at once leave no room for it on their own, and this
  /// sshd may allow fewer at a time than is usual.
  private func killElsewhere(by script: SSHScript) async throws {
    let deadline = ContinuousClock.now + .seconds(5)
    while ContinuousClock.now < deadline {
      let other = try await connect(by: deadline, while: \.isPassing)
      defer { other.release() }
      if try await kill(by: script, on: other) { return }
      // Commands on it are ended just as this one: soon there is room.
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  /// - Returns: false if the host was not asked to run `script`.
  private func kill(by script: SSHScript, on connection: SSHConnection) async throws -> Bool {
    let killer = connection.start(script, input: [], isInputComplete: true)
    defer { killer.close() }
    do {
      _ = try await killer.ended.value(by: .now + .seconds(5))
      return true
    } catch SSHProcess.Failure.notSent {
      return false
    } catch is SSHProcess.Failure {
      return true
    }
  }

  /// Letters and digits that nobody can guess.
  static func nonce() -> String {
    var generator = SystemRandomNumberGenerator()
    return String(generator.next() as UInt64, radix: 36)
  }
}

extension SSHScript {
  /// A line that is run as it is, whose output means nothing.
  init(line: String) {
    marker = ""
    self.line = line
    preamble = []
  }
}
