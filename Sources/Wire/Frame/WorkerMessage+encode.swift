import NIOCore
import Serving

extension WorkerMessage {
  /// The bytes of this message's frame, its length field included.
  public var frameBytes: Int { FrameKind.lengthBytes + FrameKind.kindBytes + payloadBytes }

  /// Appends the message as one frame. The reader refuses it if `frameBytes` is more than it accepts
  /// (`Link.maximumFrameBytes`), so a sender of large batches checks that first.
  public func encode(into buffer: inout ByteBuffer) {
    buffer.reserveCapacity(minimumWritableBytes: frameBytes)
    buffer.writeInteger(UInt32(clamping: FrameKind.kindBytes + payloadBytes), endianness: .little)
    buffer.writeInteger(kind.rawValue)
    switch self {
    case .hello(let hello):
      buffer.writeInteger(hello.pool.wireCode, endianness: .little)
      buffer.writeInteger(hello.worker, endianness: .little)
      buffer.writeText(hello.secret)
    case .welcome, .heartbeat: break
    case .refused(let reason): buffer.writeText(reason)
    case .job(let job, let inputs):
      buffer.writeInteger(Int64(job.number), endianness: .little)
      buffer.writeInteger(inputs.encoding.rawValue)
      buffer.writeInteger(UInt32(clamping: inputs.items.count), endianness: .little)
      for item in inputs.items { buffer.writeBytes(of: item) }
    case .outputs(let job, let service_ns, let results):
      buffer.writeInteger(Int64(job.number), endianness: .little)
      buffer.writeInteger(service_ns, endianness: .little)
      buffer.writeInteger(UInt32(clamping: results.count), endianness: .little)
      for result in results { result.encode(into: &buffer) }
    }
  }

  private var kind: FrameKind {
    switch self {
    case .hello: .hello
    case .welcome: .welcome
    case .refused: .refused
    case .heartbeat: .heartbeat
    case .job: .job
    case .outputs: .outputs
    }
  }

  private var payloadBytes: Int {
    switch self {
    case .hello(let hello): 2 + 4 + 4 + hello.secret.utf8.count
    case .welcome, .heartbeat: 0
    case .refused(let reason): 4 + reason.utf8.count
    case .job(_, let inputs): inputs.items.reduce(8 + 1 + 4) { $0 + 4 + $1.readableBytes }
    case .outputs(_, _, let results): results.reduce(8 + 8 + 4) { $0 + 1 + 4 + $1.bodyBytes }
    }
  }
}

extension WorkerMessage.Result {
  static let outputStatus: UInt8 = 0
  static let badInputStatus: UInt8 = 1
  static let failedStatus: UInt8 = 2

  fileprivate var bodyBytes: Int {
    switch self {
    case .output(let bytes): bytes.readableBytes
    case .badInput(let reason), .failed(let reason): reason.utf8.count
    }
  }

  fileprivate func encode(into buffer: inout ByteBuffer) {
    switch self {
    case .output(let bytes):
      buffer.writeInteger(WorkerMessage.Result.outputStatus)
      buffer.writeBytes(of: bytes)
    case .badInput(let reason):
      buffer.writeInteger(WorkerMessage.Result.badInputStatus)
      buffer.writeText(reason)
    case .failed(let reason):
      buffer.writeInteger(WorkerMessage.Result.failedStatus)
      buffer.writeText(reason)
    }
  }
}

extension ByteBuffer {
  fileprivate mutating func writeText(_ text: String) {
    writeInteger(UInt32(clamping: text.utf8.count), endianness: .little)
    writeString(text)
  }

  fileprivate mutating func writeBytes(of other: ByteBuffer) {
    writeInteger(UInt32(clamping: other.readableBytes), endianness: .little)
    writeImmutableBuffer(other)
  }
}
