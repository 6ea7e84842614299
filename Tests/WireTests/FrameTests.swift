import NIOCore
import Serving
import Testing

@testable import Wire

@Suite struct FrameTests {
  private func frame(_ message: WorkerMessage) -> ByteBuffer {
    var buffer = ByteBuffer()
    message.encode(into: &buffer)
    return buffer
  }

  @Test("Any messages, cut anywhere into pieces, come out as they went in", arguments: UInt64(0)..<8)
  func roundTrip(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    for _ in 0..<25 {
      let sent = (0..<20).map { _ in WorkerMessage.random(using: &random) }
      var stream = ByteBuffer()
      for message in sent { message.encode(into: &stream) }

      var received: [WorkerMessage] = []
      var pending = ByteBuffer()
      while stream.readableBytes > 0 {
        let length = min(stream.readableBytes, Int.random(in: 1...200, using: &random))
        guard var piece = stream.readSlice(length: length) else { break }
        pending.writeBuffer(&piece)
        while let message = try WorkerMessage.decode(from: &pending) { received.append(message) }
      }
      #expect(received == sent, "seed \(seed)")
      #expect(pending.readableBytes == 0, "seed \(seed)")
    }
  }

  @Test("A frame is as long as it says it will be", arguments: UInt64(0)..<8)
  func frameBytes(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    for _ in 0..<20 {
      let message = WorkerMessage.random(using: &random)
      #expect(frame(message).readableBytes == message.frameBytes, "seed \(seed)")
    }
  }

  @Test("The layout is the documented one")
  func layout() {
    let hello = frame(.hello(.init(secret: "ab", pool: .parity(1), worker: 258)))
    #expect(Array(hello.readableBytesView) == [13, 0, 0, 0, 1, 3, 0, 2, 1, 0, 0, 2, 0, 0, 0, 97, 98])
    #expect(Array(frame(.heartbeat).readableBytesView) == [1, 0, 0, 0, 4])
  }

  @Test("Random bytes give messages or a FrameError, never a trap", arguments: UInt64(0)..<8)
  func garbage(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    for _ in 0..<2000 {
      var body = WorkerMessage.bytes(using: &random)
      var buffer = ByteBuffer()
      // Half of them get a length and a kind that hold, so that the payload is reached.
      if Bool.random(using: &random) {
        buffer.writeInteger(UInt32(body.readableBytes + 1), endianness: .little)
        buffer.writeInteger(UInt8.random(in: 0...7, using: &random))
      }
      buffer.writeBuffer(&body)
      #expect(throws: Never.self, "seed \(seed)") {
        do { while try WorkerMessage.decode(from: &buffer) != nil {} } catch is FrameError {}
      }
    }
  }

  @Test("A valid frame with one byte changed never traps", arguments: UInt64(0)..<8)
  func flipped(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    for _ in 0..<50 {
      var buffer = frame(WorkerMessage.random(using: &random))
      let index = Int.random(in: 0..<buffer.readableBytes, using: &random)
      buffer.setInteger(UInt8.random(in: 0...255, using: &random), at: index)
      #expect(throws: Never.self, "seed \(seed)") {
        do { _ = try WorkerMessage.decode(from: &buffer) } catch is FrameError {}
      }
    }
  }

  @Test("A payload cut short is an error, not a wait, wherever it is cut", arguments: UInt64(0)..<8)
  func cutShort(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    for _ in 0..<20 {
      let whole = frame(WorkerMessage.random(using: &random))
      for length in 5..<max(5, whole.readableBytes) {
        var cut = try #require(whole.getSlice(at: 0, length: length))
        cut.setInteger(UInt32(length - 4), at: 0, endianness: .little)
        #expect(throws: FrameError.self, "seed \(seed), \(length) bytes") { _ = try WorkerMessage.decode(from: &cut) }
      }
    }
  }

  @Test("A frame over the limit is refused on its length alone, one at the limit is taken")
  func limit() throws {
    let message = WorkerMessage.refused(reason: "0123456789")
    var buffer = frame(message)
    var head = try #require(buffer.getSlice(at: 0, length: 4))
    let limit = message.frameBytes
    #expect(throws: FrameError.tooLong(bytes: limit, limit: limit - 1)) {
      _ = try WorkerMessage.decode(from: &head, maximumFrameBytes: limit - 1)
    }
    #expect(try WorkerMessage.decode(from: &buffer, maximumFrameBytes: limit) == message)
  }

  @Test("A count that the frame cannot hold, an unknown kind and bytes after the end are refused")
  func malformed() {
    let count: [UInt8] = [14, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]
    #expect(throws: FrameError.malformed(what: "count")) { try decode(count) }
    #expect(throws: FrameError.unknownKind(9)) { try decode([200, 0, 0, 0, 9]) }
    #expect(throws: FrameError.trailing(bytes: 1)) { try decode([2, 0, 0, 0, 4, 0]) }
    #expect(throws: FrameError.malformed(what: "no kind")) { try decode([0, 0, 0, 0]) }
  }

  private func decode(_ bytes: [UInt8]) throws {
    var buffer = ByteBuffer(bytes: bytes)
    _ = try WorkerMessage.decode(from: &buffer)
  }
}
