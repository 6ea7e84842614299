import Glibc

/// A blocking HTTP/1.1 connection that sends any bytes, right or wrong, and reads replies with a Content-Length.
final class HTTPConnection {
  struct Failure: Error {
    var what: String
  }

  struct Reply {
    var status: Int
    var headers: [String: String]
    var body: String
  }

  private let descriptor: Int32
  private var unread: [UInt8] = []

  init(port: Int) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var timeout = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let status = withUnsafePointer(to: address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else { throw Failure(what: "connect: errno \(errno)") }
  }

  deinit { close(descriptor) }

  func send(_ bytes: [UInt8]) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      sent += count
    }
  }

  func send(_ text: String) { send(Array(text.utf8)) }

  /// Sends a POST with a body.
  func post(
    _ body: [UInt8], to path: String = "/example/predict", type: String? = "application/json", headers: String = ""
  ) {
    let contentType = type.map { "Content-Type: \($0)\r\n" } ?? ""
    send("POST \(path) HTTP/1.1\r\nHost: test\r\n\(contentType)\(headers)Content-Length: \(body.count)\r\n\r\n")
    send(body)
  }

  /// Sends floats as a raw body.
  func post(floats: [Float], headers: String = "") {
    post(floats.littleEndianBytes, type: "application/octet-stream", headers: headers)
  }

  /// - Throws: `Failure` if the connection closes or stays silent before a whole reply.
  func reply() throws -> Reply {
    while true {
      if let end = unread.firstRange(of: Array("\r\n\r\n".utf8)) {
        let lines = String(decoding: unread[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
          let parts = line.split(separator: ":", maxSplits: 1)
          if parts.count == 2 { headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " }) }
        }
        let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        while unread.count < end.upperBound + length { try read() }
        let body = String(decoding: unread[end.upperBound..<end.upperBound + length], as: UTF8.self)
        unread.removeSubrange(..<(end.upperBound + length))
        return Reply(status: status, headers: headers, body: body)
      }
      try read()
    }
  }

  /// The next bytes, whatever they mean.
  func bytes(_ count: Int) throws -> [UInt8] {
    while unread.count < count { try read() }
    defer { unread.removeFirst(count) }
    return Array(unread[..<count])
  }

  /// Whether the other side closes without a further byte.
  func isClosedByPeer() -> Bool {
    var byte: UInt8 = 0
    return unread.isEmpty && recv(descriptor, &byte, 1, 0) == 0
  }

  private func read() throws {
    var chunk = [UInt8](repeating: 0, count: 65536)
    let count = recv(descriptor, &chunk, chunk.count, 0)
    guard count > 0 else { throw Failure(what: "no reply: recv gave \(count), errno \(errno)") }
    unread += chunk[..<count]
  }
}

extension Array<Float> {
  var littleEndianBytes: [UInt8] {
    flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> ($0 * 8)) } }
  }
}

extension HTTPConnection.Reply {
  /// The numbers of `"output":[…]`; null is NaN.
  var output: [Float] {
    guard let start = body.firstRange(of: "\"output\":["), let end = body.firstRange(of: "]") else { return [] }
    return body[start.upperBound..<end.lowerBound].split(separator: ",").map { Float($0) ?? .nan }
  }

  /// The word of `"source":"…"`.
  var source: String {
    guard let start = body.firstRange(of: "\"source\":\"") else { return "" }
    return String(body[start.upperBound...].prefix { $0 != "\"" })
  }
}
