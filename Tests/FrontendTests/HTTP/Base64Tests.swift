import NIOCore
import Serving
import Testing

@testable import Frontend

@Suite("Base64")
struct Base64Tests {
  @Test("decodes what another implementation encodes, whatever its bytes and length")
  func roundTrip() {
    var generator = Xoshiro256(seed: 1)
    for length in 0..<200 {
      let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let text = Array(Body.base64(bytes).utf8)
      var buffer = ByteBuffer()
      let isBase64 = text.withUnsafeBytes { Base64.decode($0, into: &buffer) }
      #expect(isBase64 && Array(buffer.readableBytesView) == bytes, "\(bytes)")
    }
  }

  @Test(
    "refuses what is not base64 and leaves the buffer as it was",
    arguments: ["A", "AA", "AAA", "AAA*", "A===", "====", "AA=A", "AAAA\n", "AB==", "AAB=", "AAAA====", "AA-_", "é==="])
  func refused(_ text: String) {
    var buffer = ByteBuffer(string: "before")
    #expect(!Array(text.utf8).withUnsafeBytes { Base64.decode($0, into: &buffer) })
    #expect(buffer == ByteBuffer(string: "before"))
  }
}
