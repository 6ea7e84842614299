import NIOCore
import Serving

extension WorkerMessage {
  /// Takes the first frame off `buffer`; nil, with `buffer` as it was, if it has not come in whole.
  ///
  /// Inputs and outputs are slices of `buffer`, not copies. A frame that is too long is refused on its first four bytes,
  /// and nothing is allocated for a count that its frame cannot hold.
  /// - Parameter maximumFrameBytes: the longest frame accepted, its length field included.
  /// - Throws: `FrameError`; `buffer` is then of no further use.
  public static func decode(
    from buffer: inout ByteBuffer, maximumFrameBytes: Int = Link.maximumFrameBytes
  ) throws(FrameError) -> WorkerMessage? {
    guard let length = buffer.getInteger(at: buffer.readerIndex, endianness: .little, as: UInt32.self) else {
      return nil
    }
    let bytes = FrameKind.lengthBytes + Int(length)
    guard bytes <= maximumFrameBytes else { throw .tooLong(bytes: bytes, limit: maximumFrameBytes) }
    guard length >= FrameKind.kindBytes else { throw .malformed(what: "no kind") }
    if let code = buffer.getInteger(at: buffer.readerIndex + FrameKind.lengthBytes, as: UInt8.self),
      FrameKind(rawValue: code) == nil
    {
      throw .unknownKind(code)
    }
    guard buffer.readableBytes >= bytes, var frame = buffer.readSlice(length: bytes) else { return nil }
    frame.moveReaderIndex(forwardBy: FrameKind.lengthBytes)
    let message = try WorkerMessage(payload: &frame)
    guard frame.readableBytes == 0 else { throw .trailing(bytes: frame.readableBytes) }
    return message
  }

  private init(payload frame: inout ByteBuffer) throws(FrameError) {
    let code: UInt8 = try frame.take("kind")
    switch FrameKind(rawValue: code) {
    case .hello:
      let pool = Pool(wireCode: try frame.take("pool"))
      let worker: UInt32 = try frame.take("worker")
      self = .hello(Hello(secret: try frame.takeText("secret"), pool: pool, worker: worker))
    case .welcome: self = .welcome
    case .refused: self = .refused(reason: try frame.takeText("reason"))
    case .heartbeat: self = .heartbeat
    case .job:
      let job = try frame.takeJob()
      guard let encoding = Inputs.Encoding(rawValue: try frame.take("encoding")) else {
        throw .malformed(what: "encoding")
      }
      let count = try frame.takeCount(itemBytes: 4)
      var items: [ByteBuffer] = []
      items.reserveCapacity(count)
      for _ in 0..<count { items.append(try frame.takeBytes("input")) }
      self = .job(job, Inputs(encoding: encoding, items: items))
    case .outputs:
      let job = try frame.takeJob()
      let service_ns: UInt64 = try frame.take("service_ns")
      let count = try frame.takeCount(itemBytes: 1 + 4)
      var results: [Result] = []
      results.reserveCapacity(count)
      for _ in 0..<count { results.append(try Result(&frame)) }
      self = .outputs(job, service_ns: service_ns, results)
    case nil: throw .unknownKind(code)
    }
  }
}

extension WorkerMessage.Result {
  fileprivate init(_ frame: inout ByteBuffer) throws(FrameError) {
    let status: UInt8 = try frame.take("status")
    switch status {
    case Self.outputStatus: self = .output(try frame.takeBytes("output"))
    case Self.badInputStatus: self = .badInput(try frame.takeText("bad input"))
    case Self.failedStatus: self = .failed(try frame.takeText("failure"))
    default: throw .malformed(what: "status")
    }
  }
}

extension ByteBuffer {
  fileprivate mutating func take<Number: FixedWidthInteger>(_ what: String) throws(FrameError) -> Number {
    guard let number = readInteger(endianness: .little, as: Number.self) else { throw .malformed(what: what) }
    return number
  }

  fileprivate mutating func takeJob() throws(FrameError) -> JobID {
    let number: Int64 = try take("job")
    return JobID(Int(number))
  }

  /// A count of items of at least `itemBytes` each: no more than what is left of the frame can hold.
  fileprivate mutating func takeCount(itemBytes: Int) throws(FrameError) -> Int {
    let count: UInt32 = try take("count")
    guard Int(count) <= readableBytes / itemBytes else { throw .malformed(what: "count") }
    return Int(count)
  }

  fileprivate mutating func takeBytes(_ what: String) throws(FrameError) -> ByteBuffer {
    let length: UInt32 = try take(what)
    guard let bytes = readSlice(length: Int(length)) else { throw .malformed(what: what) }
    return bytes
  }

  fileprivate mutating func takeText(_ what: String) throws(FrameError) -> String {
    String(buffer: try takeBytes(what))
  }
}
