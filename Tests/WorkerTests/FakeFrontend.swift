import Foundation
import NIOCore
import Serving
import Wire

/// Stands where the frontend would: listens on a free loopback port. Blocks, 20 seconds at most.
final class FakeFrontend {
  struct Failure: Error { var what: String }

  let port: Int
  private let listener: Int32

  init() throws {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let status = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        bind(listener, generic, length) | listen(listener, 8) | getsockname(listener, generic, &length)
      }
    }
    port = Int(UInt16(bigEndian: address.sin_port))
    guard status == 0 else { throw Failure(what: "listen") }
    setTimeout(listener)
  }

  deinit { close(listener) }

  /// The next worker that dials.
  func accept() throws -> FakeLink {
    let socket = Foundation.accept(listener, nil, nil)
    guard socket >= 0 else { throw Failure(what: "nobody dialled") }
    // A worker that another test starts meanwhile must not hold this link open.
    _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
    setTimeout(socket)
    return FakeLink(socket)
  }

  /// The next worker that dials, after it has said hello and been welcomed.
  func welcome() throws -> FakeLink {
    let link = try accept()
    guard case .hello = try link.next() else { throw Failure(what: "no hello") }
    try link.send(.welcome)
    return link
  }
}

private func setTimeout(_ socket: Int32) {
  var timeout = timeval(tv_sec: 20, tv_usec: 0)
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
}

/// The frontend's end of a link.
final class FakeLink {
  private let socket: Int32
  private var pending = ByteBuffer()
  /// That came before the last message.
  private(set) var heartbeats = 0

  init(_ socket: Int32) { self.socket = socket }

  deinit { close(socket) }

  /// Breaks the link.
  func end() { shutdown(socket, Int32(SHUT_RDWR)) }

  func send(_ message: WorkerMessage) throws {
    var frame = ByteBuffer()
    message.encode(into: &frame)
    try send(raw: Array(frame.readableBytesView))
  }

  func send(raw bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Foundation.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw FakeFrontend.Failure(what: "send") }
      rest = rest.dropFirst(count)
    }
  }

  /// The next message, heartbeats only where asked for; nil once the link is closed.
  func next(heartbeat wanted: Bool = false) throws -> WorkerMessage? {
    while true {
      while let message = try WorkerMessage.decode(from: &pending) {
        if message != .heartbeat || wanted { return message }
        heartbeats += 1
      }
      var bytes = [UInt8](repeating: 0, count: 65536)
      let count = recv(socket, &bytes, bytes.count, 0)
      guard count > 0 else {
        if count < 0, errno == EAGAIN { throw FakeFrontend.Failure(what: "silence") }
        return nil
      }
      pending.writeBytes(bytes.prefix(count))
    }
  }

  /// Sends a job and returns its results.
  func run(_ number: Int, _ encoding: WorkerMessage.Inputs.Encoding, _ items: [ByteBuffer]) throws
    -> [WorkerMessage.Result]
  {
    try send(.job(JobID(number), .init(encoding: encoding, items: items)))
    guard case .outputs(JobID(number), _, let results)? = try next() else {
      throw FakeFrontend.Failure(what: "no outputs of job \(number)")
    }
    return results
  }
}

extension ByteBuffer {
  init(floats: [Float]) { self.init(bytes: floats.flatMap { withUnsafeBytes(of: $0, Array.init) }) }

  var floats: [Float] {
    var rest = self
    var values: [Float] = []
    while let bits = rest.readInteger(endianness: .little, as: UInt32.self) { values.append(Float(bitPattern: bits)) }
    return values
  }
}
