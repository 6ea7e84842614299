// The connections of a shell: one, and more while it has more commands than fit on one.
extension SSHShell {
  /// Closes the connections once the commands on them have ended. The next command makes a new one, to the jump host, too.
  public func close() {
    pool.withLock { $0 = [] }
    carriers.withLock { $0 = [] }
  }

  /// A connection for `command`.
  /// - Throws: `ShellError.unreached`, `CancellationError`.
  func connection(for command: Command, by deadline: ContinuousClock.Instant) async throws -> SSHConnection {
    do {
      return try await connect(by: min(deadline, .now + reconnecting), while: \.isPassing)
    } catch let error as SSHError {
      throw ShellError.unreached(command, host: host, error)
    }
  }

  /// A connection with room for a command, which is reserved, made if need be.
  /// - Parameter isWorthwhile: whether to try again after this error.
  func connect(
    by deadline: ContinuousClock.Instant, while isWorthwhile: (SSHError) -> Bool
  ) async throws -> SSHConnection {
    var pause: Duration = .milliseconds(50)
    var last: SSHError?
    while true {
      do {
        let connection = try await lease(by: deadline)
        do {
          try await connection.ready(by: deadline)
          return connection
        } catch {
          connection.release()
          if !(error is CancellationError) { forget(connection) }
          throw error
        }
      } catch let error as SSHError {
        // An attempt that the deadline cut off says less than the one before it.
        guard ContinuousClock.now < deadline else { throw last ?? error }
        guard isWorthwhile(error), ContinuousClock.now + pause < deadline else { throw error }
        last = error
        try await Task.sleep(for: pause)
        pause = min(pause * 2, .seconds(1))
      }
    }
  }

  private func lease(by deadline: ContinuousClock.Instant) async throws -> SSHConnection {
    guard let first = destination.first else {
      return try pool.withLock { try take(from: &$0) ?? add(to: &$0, through: nil) }
    }
    if let connection = pool.withLock({ take(from: &$0) }) { return connection }
    do {
      let jump = try await carrier(first, by: deadline)
      let socket = try await forwarded(by: jump, by: min(deadline, .now + patience.connect))
      return try pool.withLock { try add(to: &$0, through: (socket, jump)) }
    } catch let error as SSHError where error.isPassing {
      throw SSHError.jumpFailed(host: host, jump: "\(first)", reason: "\(error)")
    }
  }

  /// A socket that leads to the destination. A jump host that says that it does not get there is of use still; one that says
  /// nothing, or no longer, is not asked again on the same connection, which may be broken without anybody having noticed.
  private func forwarded(by jump: SSHConnection, by deadline: ContinuousClock.Instant) async throws -> Int32 {
    let (address, port) = (destination.address, destination.port)
    var hasAnswered = false
    defer { if !hasAnswered { carriers.withLock { $0.removeAll { $0 === jump } } } }
    do {
      guard let socket = try await jump.forward(to: address, port: port, by: deadline) else {
        throw SSHError.noSession(host: "\(address):\(port)", reason: "there was no answer in time")
      }
      hasAnswered = true
      return socket
    } catch let error as SSHError {
      if case .unreachable = error { hasAnswered = true }
      throw error
    }
  }

  /// Reserves room for a command on one of `pool`, if there is any.
  private func take(from pool: inout [SSHConnection]) -> SSHConnection? {
    pool.removeAll { !$0.isAlive }
    return pool.first { $0.reserve() }
  }

  /// Begins a connection and reserves room on it.
  private func add(
    to pool: inout [SSHConnection], through jump: (socket: Int32, carrier: SSHConnection)?
  ) throws -> SSHConnection {
    let connection = try SSHConnection(
      to: destination, knownHosts: knownHosts, patience: patience, socket: jump?.socket, carrier: jump?.carrier)
    _ = connection.reserve()
    pool.append(connection)
    return connection
  }

  /// The connection to the jump host.
  private func carrier(_ first: SSHDestination, by deadline: ContinuousClock.Instant) async throws -> SSHConnection {
    let carrier = try carriers.withLock { carriers in
      carriers.removeAll { !$0.isAlive }
      if let carrier = carriers.first { return carrier }
      let carrier = try SSHConnection(to: first, knownHosts: knownHosts, patience: patience)
      carriers = [carrier]
      return carrier
    }
    try await carrier.ready(by: deadline)
    return carrier
  }

  /// No further command is put on `connection`.
  func forget(_ connection: SSHConnection) {
    pool.withLock { $0.removeAll { $0 === connection } }
  }
}
