import NIOCore
import Serving

/// What a query is answered with.
struct Answer: Equatable {
  /// The sender's number of the query, or ours.
  var query: Int
  /// Little-endian float32; empty for the default output.
  var output: ByteBuffer
  var source: AnswerSource

  /// Appends the JSON of the reply's body. JSON has no word for NaN or an infinity: they become null.
  func write(into body: inout ByteBuffer) {
    body.writeString("{\"query_id\":")
    body.writeString(String(query))
    body.writeString(",\"output\":[")
    output.withUnsafeReadableBytes { bytes in
      for offset in stride(from: 0, to: bytes.count - 3, by: 4) {
        if offset > 0 { body.writeInteger(UInt8(ascii: ",")) }
        let value = Float(
          bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
        body.writeString(value.isFinite ? value.description : "null")
      }
    }
    body.writeString(source == .default ? "],\"default\":true,\"source\":\"" : "],\"default\":false,\"source\":\"")
    body.writeString(source.rawValue)
    body.writeString("\"}")
  }

  /// The index of the largest value, the first of several; nil if there is none to compare.
  static func predicted(_ output: ByteBuffer) -> Int? {
    output.withUnsafeReadableBytes { bytes in
      var best: (index: Int, value: Float)?
      for index in 0..<bytes.count / 4 {
        let bits = bytes.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self)
        let value = Float(bitPattern: UInt32(littleEndian: bits))
        if let current = best {
          if value > current.value { best = (index, value) }
        } else if !value.isNaN {
          best = (index, value)
        }
      }
      return best?.index
    }
  }
}
