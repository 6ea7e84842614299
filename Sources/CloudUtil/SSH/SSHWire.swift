import CSSH2
import Glibc

/// The bytes between libssh2 and a socket, buffered on both sides, on the thread of a session.
///
/// libssh2 may hand over any amount at any time and never hears that the socket is full: with several channels it would
/// otherwise have to be called again with the very packet that did not fit. Whoever produces bytes asks `isCongested` first.
final class SSHWire {
  /// Owned: closed with the wire.
  let descriptor: Int32
  /// When the other side was last heard.
  private(set) var lastHeard = ContinuousClock.now
  private var inbox = Buffer()
  private var outbox = Buffer()
  private var failure: Int32?
  private var hasEnded = false
  private static let capacity = 256 << 10

  private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 1)

  init(descriptor: Int32) { self.descriptor = descriptor }

  deinit {
    scratch.deallocate()
    close(descriptor)
  }

  /// Whether more waits to be sent than is sensible.
  var isCongested: Bool { outbox.count >= SSHWire.capacity }
  /// Whether the other side has been heard as far as there is room for what it says.
  var isListening: Bool { !hasEnded && inbox.count < SSHWire.capacity }
  var hasOutput: Bool { !outbox.isEmpty }
  /// Nothing more will come, and all that came has been taken.
  var isOver: Bool { (hasEnded && inbox.isEmpty) || failure != nil }
  /// Why the socket failed; nil if it has not, or ended in good order.
  var problem: String? { failure.map { SystemCall(call: "socket", code: $0).description } }

  /// Reads and writes as much as the socket lets.
  func exchange() {
    flush()
    while isListening, failure == nil {
      let count = recv(descriptor, scratch.baseAddress, scratch.count, 0)
      if count > 0 {
        inbox.append(UnsafeRawBufferPointer(rebasing: scratch[..<count]))
        lastHeard = .now
      } else if count == 0 {
        hasEnded = true
      } else if errno == EAGAIN {
        return
      } else if errno != EINTR {
        failure = errno
      }
    }
  }

  func flush() {
    while !outbox.isEmpty, failure == nil {
      let count = outbox.withBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      if count >= 0 {
        outbox.drop(count)
      } else if errno == EAGAIN {
        return
      } else if errno != EINTR {
        failure = errno
      }
    }
  }

  fileprivate func send(_ bytes: UnsafeRawBufferPointer) -> Int {
    if let failure { return -Int(failure) }
    outbox.append(bytes)
    return bytes.count
  }

  fileprivate func receive(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    let count = inbox.take(into: buffer)
    if count > 0 { return count }
    if let failure { return -Int(failure) }
    return hasEnded ? 0 : -Int(EAGAIN)
  }
}

extension SSHWire {
  /// Has the session `pointer`, whose abstract is a wire, exchange its bytes by it.
  static func attach(to pointer: OpaquePointer) {
    ssh2_set_send(pointer) { _, bytes, count, _, abstract in
      SSHWire.of(abstract)?.send(UnsafeRawBufferPointer(start: bytes, count: count)) ?? -Int(EPIPE)
    }
    ssh2_set_receive(pointer) { _, bytes, count, _, abstract in
      SSHWire.of(abstract)?.receive(into: UnsafeMutableRawBufferPointer(start: bytes, count: count)) ?? -Int(EPIPE)
    }
  }

  private static func of(_ abstract: UnsafeMutablePointer<UnsafeMutableRawPointer?>?) -> SSHWire? {
    abstract?.pointee.map { Unmanaged<SSHWire>.fromOpaque($0).takeUnretainedValue() }
  }
}

/// Bytes that are added at the end and taken from the front.
private struct Buffer {
  private var bytes: [UInt8] = []
  private var start = 0

  var count: Int { bytes.count - start }
  var isEmpty: Bool { start == bytes.count }

  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[start...])) }
  }

  mutating func append(_ more: UnsafeRawBufferPointer) { bytes.append(contentsOf: more) }

  mutating func take(into target: UnsafeMutableRawBufferPointer) -> Int {
    let taken = min(count, target.count)
    withBytes { target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<taken])) }
    drop(taken)
    return taken
  }

  mutating func drop(_ number: Int) {
    start += number
    if start == bytes.count {
      bytes.removeAll(keepingCapacity: bytes.capacity <= 1 << 20)
      start = 0
    } else if start > 1 << 20 {
      bytes.removeFirst(start)
      start = 0
    }
  }
}
