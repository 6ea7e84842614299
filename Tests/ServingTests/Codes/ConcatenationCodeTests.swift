import Testing

@testable import Serving

@Suite struct ConcatenationCodeTests {
  private func encode(_ code: ConcatenationCode, _ inputs: [[Float]]) -> [Float] {
    var query = [Float](repeating: 0, count: inputs[0].count)
    for (member, input) in inputs.enumerated().reversed() {
      input.withUnsafeBufferPointer { input in
        query.withUnsafeMutableBufferPointer { code.add(input, member: member, parity: 0, into: $0) }
      }
    }
    return query
  }

  @Test("four inputs become the four quarters, a pixel the mean of the four that it stands for")
  func quarters() {
    let inputs = (0..<4).map { member in (0..<16).map { Float($0 + 100 * member) } }
    let query = encode(ConcatenationCode(k: 4, shape: [1, 4, 4]), inputs)
    #expect(
      query == [
        2.5, 4.5, 102.5, 104.5,
        10.5, 12.5, 110.5, 112.5,
        202.5, 204.5, 302.5, 304.5,
        210.5, 212.5, 310.5, 312.5,
      ])
  }

  @Test("two inputs stand side by side, halved in width; three leave the last quarter empty")
  func grids() {
    let ones = [Float](repeating: 1, count: 16)
    let twos = [Float](repeating: 2, count: 16)
    #expect(
      encode(ConcatenationCode(k: 2, shape: [4, 4]), [ones, twos])
        == Array(repeating: [1, 1, 2, 2], count: 4).flatMap { $0 })
    #expect(
      encode(ConcatenationCode(k: 3, shape: [1, 4, 4]), [ones, twos, ones]).suffix(8)
        == [1, 1, 0, 0, 1, 1, 0, 0])
  }

  @Test("planes are made smaller apart, and an input of one dimension is a row")
  func shapes() {
    let planes = encode(
      ConcatenationCode(k: 2, shape: [2, 2, 2]), [[1, 3, 5, 7, 2, 4, 6, 8], [0, 0, 0, 0, 8, 8, 8, 8]])
    #expect(planes == [2, 0, 6, 0, 3, 8, 7, 8])
    #expect(
      encode(ConcatenationCode(k: 3, shape: [6]), [[1, 3, 5, 7, 9, 11], [0, 0, 0, 0, 0, 0], [2, 2, 2, 2, 2, 2]])
        == [3, 9, 0, 0, 2, 2])
  }

  @Test("sides that the tiles do not divide lose no pixel of an input", arguments: 2...9)
  func uneven(k: Int) {
    var random = SplitMix64(seed: UInt64(k))
    let shape = [3, Int.random(in: 7...20, using: &random), Int.random(in: 7...20, using: &random)]
    let count = shape.reduce(1, *)
    let code = ConcatenationCode(k: k, shape: shape)
    // Each pixel of each input in turn shows in the query.
    for pixel in stride(from: 0, to: count, by: 5) {
      var inputs = Array(repeating: [Float](repeating: 0, count: count), count: k)
      inputs[pixel % k][pixel] = 1
      #expect(encode(code, inputs).contains { $0 > 0 }, "\(shape): pixel \(pixel)")
    }
  }

  @Test("too many tiles do not fit")
  func fits() {
    #expect(ConcatenationCode.fits(k: 16, shape: [1, 4, 4]))
    #expect(!ConcatenationCode.fits(k: 17, shape: [1, 4, 4]))
    #expect(ConcatenationCode.fits(k: 64, shape: [64]))
    #expect(!ConcatenationCode.fits(k: 65, shape: [64]))
  }

  @Test("a lost output is what the others leave of the parity model's")
  func decodes() throws {
    let code = ConcatenationCode(k: 3, shape: [1, 4, 4])
    var result: [Float] = [0, 0]
    try [6, 60].withUnsafeBufferPointer { parity in
      try [1, 10].withUnsafeBufferPointer { first in
        try [2, 20].withUnsafeBufferPointer { second in
          try result.withUnsafeMutableBufferPointer { result in
            try code.decode(
              missing: [1], member: 1, parities: [(0, parity)], outputs: { $0 == 0 ? first : second }, into: result)
          }
        }
      }
    }
    #expect(result == [3, 30])
  }
}
