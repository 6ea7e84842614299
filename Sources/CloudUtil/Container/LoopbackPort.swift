import Glibc

/// TCP ports of 127.0.0.1.
public enum LoopbackPort {
  /// A port nobody uses now; somebody else may take it until it is used.
  /// - Throws: `SystemCall`.
  public static func free() throws -> Int { try bound(to: 0, reuse: false) }

  /// Whether somebody listens on `port`.
  /// - Throws: `SystemCall` if that cannot be told, for instance since it takes privileges to use the port.
  public static func isTaken(_ port: Int) throws -> Bool {
    do {
      // Connections that are closing do not take a port.
      _ = try bound(to: port, reuse: true)
      return false
    } catch let error as SystemCall where error.code == EADDRINUSE {
      return true
    }
  }

  /// The port of a socket bound to `port` (0: any), which is closed again.
  private static func bound(to port: Int, reuse: Bool) throws -> Int {
    guard let number = UInt16(exactly: port) else { throw SystemCall(call: "bind port \(port)", code: EINVAL) }
    let descriptor = try SystemCall.check("socket", socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0))
    defer { close(descriptor) }
    if reuse {
      var on: Int32 = 1
      setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = number.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    return try withUnsafeMutableBytes(of: &address) { bytes in
      let pointer = bytes.assumingMemoryBound(to: sockaddr.self).baseAddress
      _ = try SystemCall.check("bind port \(port)", bind(descriptor, pointer, length))
      _ = try SystemCall.check("getsockname", getsockname(descriptor, pointer, &length))
      let name = UnsafeRawBufferPointer(bytes).load(as: sockaddr_in.self)
      return Int(UInt16(bigEndian: name.sin_port))
    }
  }
}
