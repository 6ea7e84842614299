import Foundation
import Synchronization

/// A TCP connection over which lines of text go both ways. What comes in is heard on a thread of its own. One that is not
/// listened to is closed with its last reference.
public final class LineConnection: Sendable {
  private let descriptor: Int32
  /// Whether the descriptor is still open; held while it is written to.
  private let isOpen = Mutex(true)

  private static let sendBuffer_bytes = 100 << 10

  /// - Parameters:
  ///   - name: of the host, for errors.
  ///   - silence: the connection breaks when what was sent has not been acknowledged for so long.
  /// - Throws: `ConnectError`.
  public init(
    to host: String, port: Int, name: String, silence: Duration = .seconds(5), by deadline: ContinuousClock.Instant
  ) throws {
    descriptor = try TCPConnector.connect(to: host, port: port, name: name, silence: silence, by: deadline)
    // Who only listens notices a vanished host by this alone.
    for (level, option, value) in [
      (SOL_SOCKET, SO_KEEPALIVE, 1), (Int32(IPPROTO_TCP), TCP_KEEPIDLE, 2), (Int32(IPPROTO_TCP), TCP_KEEPINTVL, 1),
      (SOL_SOCKET, SO_SNDBUF, LineConnection.sendBuffer_bytes),
    ] {
      var value = Int32(value)
      setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
  }

  deinit { isOpen.withLock { if $0 { close(descriptor) } } }

  /// Sends a line, whose end is added, and never waits: the kernel keeps what the other side has not taken yet, at least
  /// 100 KiB. A connection that takes no more is ended, and on one that is gone nothing is done: `listen` tells that.
  public func send(_ line: String) {
    isOpen.withLock { isOpen in
      guard isOpen else { return }
      var bytes = ArraySlice((line + "\n").utf8)
      while !bytes.isEmpty {
        let count = bytes.withUnsafeBytes {
          Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        if count > 0 {
          bytes = bytes.dropFirst(count)
        } else if errno != EINTR {
          // Whatever came after a part of a line would be misread.
          shutdown(descriptor, Int32(SHUT_RDWR))
          return
        }
      }
    }
  }

  /// Gives every line to `take`, without its end, and at last nil, when the other side has closed or is lost. To be called
  /// once; the connection is closed then.
  public func listen(_ take: @escaping @Sendable (String?) -> Void) {
    let thread = Thread { [self] in
      var rest: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 4096)
      while let count = receive(&buffer) {
        rest += buffer.prefix(count)
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
          take(String(decoding: rest[..<end], as: UTF8.self))
          rest.removeSubrange(...end)
        }
      }
      isOpen.withLock { isOpen in
        isOpen = false
        close(descriptor)
      }
      take(nil)
    }
    thread.name = "lines"
    thread.start()
  }

  /// Ends the connection; who listens is told.
  public func end() {
    isOpen.withLock { if $0 { shutdown(descriptor, Int32(SHUT_RDWR)) } }
  }

  /// - Returns: nil at the end.
  private func receive(_ buffer: inout [UInt8]) -> Int? {
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count > 0 { return count }
      guard count < 0, errno == EAGAIN || errno == EINTR else { return nil }
      var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      poll(&entry, 1, -1)
    }
  }
}
