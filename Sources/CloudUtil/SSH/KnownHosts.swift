import Foundation

/// The host keys of a cluster, pinned in one file that OpenSSH reads, too (the format of known_hosts; see sshd(8)).
///
/// The first key seen for a name is written down; from then on another one is refused. Names are not hashed, and lines that
/// begin with a marker (`@revoked`, `@cert-authority`) are not for us.
public struct KnownHosts: Hashable, Sendable {
  public var path: String

  public init(path: String) { self.path = path }

  /// How known_hosts names a host: the address, as `[address]:port` where the port is not 22.
  public static func name(of address: String, port: Int) -> String {
    port == 22 ? address.lowercased() : "[\(address.lowercased())]:\(port)"
  }

  /// The keys pinned for `name`, each with the number of its line.
  /// - Throws: `SSHError.hostKeysUnusable`. A file that does not exist has no keys.
  public func keys(of name: String) throws -> [(key: HostKey, line: Int)] {
    do {
      return parse(try readWhole(path), name: name)
    } catch let error as SystemCall where error.code == ENOENT {
      return []
    } catch let error as SystemCall {
      throw SSHError.hostKeysUnusable(file: path, reason: error.description)
    }
  }

  /// Makes sure that `shown` is the key of `name`: pins it if there is none yet.
  /// - Throws: `SSHError.hostKeyChanged` if another one is pinned, `hostKeysUnusable`.
  public func check(_ shown: HostKey, of name: String, host: String) throws {
    try withLockedFile { descriptor in
      let bytes = try read(descriptor)
      let pinned = parse(bytes, name: name)
      if pinned.contains(where: { $0.key == shown }) { return }
      if let (key, line) = pinned.first {
        throw SSHError.hostKeyChanged(
          host: host, HostKeyChange(name: name, file: path, line: line, pinned: key, shown: shown))
      }
      // A line that a crash cut off must not swallow this one.
      let start = bytes.last.map { $0 == UInt8(ascii: "\n") } ?? true ? "" : "\n"
      try write("\(start)\(name) \(shown.type) \(shown.base64)\n", to: descriptor)
    }
  }

  /// Forgets the keys of `name`: its machine has been replaced on purpose.
  /// - Throws: `SSHError.hostKeysUnusable`.
  public func forget(_ name: String) throws {
    try withLockedFile { descriptor in
      let lines = try read(descriptor).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      let kept = lines.filter { KnownHosts.key(in: $0, name: name) == nil }
      guard kept.count < lines.count else { return }
      _ = try SystemCall.check("ftruncate", ftruncate(descriptor, 0))
      try write(String(decoding: Array(kept.joined(separator: "\n".utf8)), as: UTF8.self), to: descriptor)
    }
  }

  private func parse(_ bytes: [UInt8], name: String) -> [(key: HostKey, line: Int)] {
    bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated().compactMap {
      index, line in
      KnownHosts.key(in: line, name: name).map { ($0, index + 1) }
    }
  }

  /// The key in `line`, if it is one of `name`.
  private static func key(in line: ArraySlice<UInt8>, name: String) -> HostKey? {
    let words = String(decoding: line, as: UTF8.self).split(whereSeparator: \.isWhitespace)
    guard words.count >= 3, !words[0].hasPrefix("#"), !words[0].hasPrefix("@"),
      words[0].split(separator: ",").contains(where: { $0 == name })
    else { return nil }
    return HostKey(type: words[1], base64: words[2])
  }

  /// Calls `body` with the file, which others of us neither read nor write meanwhile.
  private func withLockedFile(_ body: (Int32) throws -> Void) throws {
    do {
      let descriptor = try SystemCall.check("open", open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600))
      defer { close(descriptor) }
      while flock(descriptor, LOCK_EX) != 0 {
        guard errno == EINTR else { throw SystemCall(call: "flock", code: errno) }
      }
      try body(descriptor)
    } catch let error as SystemCall {
      throw SSHError.hostKeysUnusable(file: path, reason: error.description)
    }
  }

  private func read(_ descriptor: Int32) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = pread(descriptor, &buffer, buffer.count, off_t(bytes.count))
      guard try SystemCall.check("read", count) > 0 else { return bytes }
      bytes += buffer[..<count]
    }
  }

  private func write(_ text: String, to descriptor: Int32) throws {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      rest = rest.dropFirst(try SystemCall.check("write", count))
    }
    _ = try SystemCall.check("fsync", fsync(descriptor))
  }
}
