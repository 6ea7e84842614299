import NIOCore
import Serving

/// One of the bodies that queries carry, encoded once.
struct Sample: Sendable {
  /// A JPEG file, or little-endian float32.
  var body: ByteBuffer
  /// The right class, where it is known.
  var label: Int?
}

extension Sample {
  /// A stream of the seed that no client draws its arrivals from.
  private static let payloadStream = UInt64.max

  static func floats(count: Int, seed: UInt64) -> [Sample] {
    var normal = NormalValues(seed: seed, stream: payloadStream)
    return (0..<DistinctInputs.count(floats: count)).map { _ in
      var body = ByteBuffer()
      body.reserveCapacity(4 * count)
      for _ in 0..<count { body.writeInteger(normal.next().bitPattern, endianness: .little) }
      return Sample(body: body, label: nil)
    }
  }
}
