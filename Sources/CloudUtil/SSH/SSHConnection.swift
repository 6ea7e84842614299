import CLinux
import Foundation
import Synchronization

/// One TCP connection to sshd with one session on it, driven by a thread of its own: libssh2 allows a session one thread, and
/// looking up a name may block. It connects at once, carries any number of commands at a time, and never reconnects.
final class SSHConnection: Sendable {
  let destination: SSHDestination
  private let mailbox: SSHMailbox
  private let begun = Promise<Void>()
  /// Commands that have it reserved.
  private let load = Mutex(0)
  /// What carries this connection, if it goes through another host.
  private let carrier: SSHConnection?

  struct Patience: Sendable {
    /// How long an attempt to connect may take...
    var connect: Duration = .seconds(5)
    /// ...and how long what has to be said first.
    var handshake: Duration = .seconds(15)
    /// The other side is lost when it has been silent this long. After a quarter of it, it is asked for a sign of life.
    var silence: Duration
  }

  /// Channels that sshd usually allows at a time (MaxSessions).
  private static let channelLimit = 10
  /// Commands at a time: two channels are for ending others.
  static let capacity = channelLimit - 2

  /// - Parameters:
  ///   - socket: already connected, and owned, if there is one.
  ///   - carrier: what carries that, kept alive by this.
  /// - Throws: `SSHError.noSession` if the process has no descriptor left.
  init(
    to destination: SSHDestination, knownHosts: KnownHosts, patience: Patience, socket: Int32? = nil,
    carrier: SSHConnection? = nil
  ) throws {
    self.destination = destination
    self.carrier = carrier
    do {
      mailbox = try SSHMailbox()
    } catch {
      if let socket { close(socket) }
      throw SSHError.noSession(host: "\(destination)", reason: "\(error)")
    }
    let thread = Thread { [begun, mailbox] in
      let end = SSHConnection.drive(
        destination, knownHosts: knownHosts, patience: patience, socket: socket, mailbox: mailbox, begun: begun)
      mailbox.close(end)
      begun.fulfil(.failure(end))
    }
    thread.name = "ssh"
    thread.start()
  }

  deinit { mailbox.requestClose() }

  /// Whether it is, or may become, of use.
  var isAlive: Bool { mailbox.closed == nil }

  /// Waits until commands can be run.
  /// - Throws: `SSHError`, `CancellationError`.
  func ready(by deadline: ContinuousClock.Instant) async throws {
    guard try await begun.value(by: deadline) != nil else {
      throw SSHError.unreachable(host: "\(destination)", reason: "it did not answer in time")
    }
  }

  /// Reserves room for a command, if there is any.
  func reserve() -> Bool {
    load.withLock { load in
      guard load < SSHConnection.capacity else { return false }
      load += 1
      return true
    }
  }

  func release() { load.withLock { $0 -= 1 } }

  /// Starts a command. What becomes of it, the process says.
  func start(_ script: SSHScript, input: [UInt8], isInputComplete: Bool) -> SSHProcess {
    let process = SSHProcess(script, input: input, isInputComplete: isInputComplete) { [mailbox] in mailbox.wake() }
    mailbox.add(.run(process))
    return process
  }

  /// A socket that the host connects to `port` of `target`; nil if the host has not said by `deadline` whether it can.
  /// - Throws: `SSHError`: `unreachable` if the host says that it cannot; `CancellationError`.
  func forward(to target: String, port: Int, by deadline: ContinuousClock.Instant) async throws -> Int32? {
    var ends: [Int32] = [-1, -1]
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
      throw SSHError.noSession(host: "\(destination)", reason: "\(SystemCall(call: "socketpair", code: errno))")
    }
    let opened = Promise<Void>()
    mailbox.add(.forward(host: target, port: port, descriptor: ends[1], opened: opened))
    do {
      if try await opened.value(by: deadline) != nil { return ends[0] }
      close(ends[0])
      return nil
    } catch let failure as SSHProcess.Failure {
      close(ends[0])
      if case .notSent(let error) = failure { throw error }
      throw failure
    } catch {
      close(ends[0])
      throw error
    }
  }
}

// The thread.
extension SSHConnection {
  /// Connects, carries what the mailbox asks for, and returns why it no longer does.
  private static func drive(
    _ destination: SSHDestination, knownHosts: KnownHosts, patience: Patience, socket: Int32?, mailbox: SSHMailbox,
    begun: Promise<Void>
  ) -> SSHError {
    let host = "\(destination)"
    var channels: [any SSHChannel] = []
    do {
      let key = try socketOwned(socket) { try SSHKey(path: destination.key) }
      let descriptor =
        try socket
        ?? TCPConnector.connect(
          to: destination.address, port: destination.port, name: host, silence: patience.silence,
          by: .now + patience.connect)
      let session = try SSHSession(descriptor: descriptor, host: host, mailbox: mailbox)
      try session.begin(destination, key: key, knownHosts: knownHosts, by: .now + patience.handshake)
      begun.fulfil(.success(()))
      try carry(session, host: host, silence: patience.silence, mailbox: mailbox, channels: &channels)
      let end = SSHError.connectionLost(host: host, reason: "it was closed")
      for channel in channels { channel.lose(end) }
      return end
    } catch {
      let end = SSHConnection.end(by: error, host: host)
      for channel in channels { channel.lose(end) }
      return end
    }
  }

  private static func end(by error: any Error, host: String) -> SSHError {
    switch error {
    case let error as SSHError: error
    case let error as ConnectError: SSHError(error)
    default: .noSession(host: host, reason: "\(error)")
    }
  }

  /// Closes `socket`, which nobody else owns yet, if `body` throws.
  private static func socketOwned<Result>(_ socket: Int32?, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch {
      if let socket { close(socket) }
      throw error
    }
  }

  /// Drives the channels until the mailbox is closing.
  /// - Throws: `SSHError.connectionLost`.
  private static func carry(
    _ session: SSHSession, host: String, silence: Duration, mailbox: SSHMailbox, channels: inout [any SSHChannel]
  ) throws {
    let quiet = silence / 4
    var lastAsked = ContinuousClock.now
    while true {
      let (requests, isClosing) = mailbox.take()
      if isClosing { return }
      channels += requests.map { request -> any SSHChannel in
        switch request {
        case .run(let process): SSHProcessChannel(process, host: host)
        case .forward(let target, let port, let descriptor, let opened):
          SSHForwardChannel(to: (target, port), descriptor: descriptor, opened: opened, host: host)
        }
      }
      session.wire.exchange()
      let isProgress = try step(&channels, session)
      session.wire.flush()
      if session.wire.isOver, !isProgress { throw SSHError.connectionLost(host: host, reason: session.problem) }

      let now = ContinuousClock.now
      let heard = session.wire.lastHeard
      if session.wire.isListening, now - heard >= silence {
        throw SSHError.connectionLost(
          host: host, reason: "the host has been silent for \(silence.components.seconds) s")
      }
      if now >= max(heard, lastAsked) + quiet {
        session.askForLife()
        lastAsked = now
      }
      let descriptors = channels.compactMap { ($0 as? SSHForwardChannel)?.interest }
      session.wait(until: isProgress ? now : max(heard, lastAsked) + quiet, others: descriptors)
    }
  }

  /// One step of every channel. Of those that are opening only the first one takes part, once there is room.
  private static func step(_ channels: inout [any SSHChannel], _ session: SSHSession) throws -> Bool {
    var isProgress = false
    var isOpening = channels.count { !$0.isOpening } >= channelLimit
    for channel in channels {
      if channel.isOpening {
        if isOpening { continue }
        isOpening = true
      }
      if try channel.step(session) { isProgress = true }
    }
    channels.removeAll(where: \.isDone)
    return isProgress
  }
}
