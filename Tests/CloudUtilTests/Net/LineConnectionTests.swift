import Foundation
import Synchronization
import Testing

@testable import CloudUtil

@Suite struct LineConnectionTests {
  /// The other side: listens on a port of loopback.
  final class Listener: Sendable {
    let descriptor: Int32
    let port: Int

    init() throws {
      let socket = try SystemCall.check("socket", Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      descriptor = socket
      port = try withUnsafeMutableBytes(of: &address) { bytes in
        let pointer = bytes.assumingMemoryBound(to: sockaddr.self).baseAddress
        _ = try SystemCall.check("bind", bind(socket, pointer, length))
        _ = try SystemCall.check("listen", listen(socket, 1))
        _ = try SystemCall.check("getsockname", getsockname(socket, pointer, &length))
        return Int(UInt16(bigEndian: UnsafeRawBufferPointer(bytes).load(as: sockaddr_in.self).sin_port))
      }
    }

    deinit { close(descriptor) }

    func connect() throws -> LineConnection {
      try LineConnection(to: "127.0.0.1", port: port, name: "here", by: .soon)
    }

    func takeNext() throws -> Int32 { try SystemCall.check("accept", accept(descriptor, nil, nil)) }
  }

  @Test("A connection that nobody listens to is closed with its last reference")
  func dropped() throws {
    let listener = try Listener()
    var connection: LineConnection? = try listener.connect()
    let other = try listener.takeNext()
    defer { close(other) }
    connection?.send("last words")
    connection = nil
    var heard: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 100)
    var patience = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(other, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    while true {
      let count = try SystemCall.check("recv", recv(other, &buffer, buffer.count, 0))
      if count == 0 { break }
      heard += buffer[..<count]
    }
    #expect(String(decoding: heard, as: UTF8.self) == "last words\n")
  }

  @Test("Sending never waits for who does not read: the connection ends, and who listens is told")
  func unread() async throws {
    let listener = try Listener()
    let connection = try listener.connect()
    let other = try listener.takeNext()
    defer { close(other) }
    let hasEnded = Mutex(false)
    connection.listen { line in if line == nil { hasEnded.withLock { $0 = true } } }
    let line = String(repeating: "x", count: 1 << 20)
    for _ in 0..<64 { connection.send(line) }
    try await eventually("its end is told") { hasEnded.withLock { $0 } }
  }

  @Test("A port at which nobody listens is told with its number, and nothing of ssh")
  func refused() throws {
    let port = try LoopbackPort.free()
    let error = #expect(throws: ConnectError.self) {
      _ = try LineConnection(to: "127.0.0.1", port: port, name: "shuffle-0", by: .soon)
    }
    #expect(error == .refused(host: "shuffle-0", port: port))
    #expect("\(try #require(error))" == "shuffle-0 refuses the connection: nobody listens on TCP port \(port) (yet)")
  }
}
