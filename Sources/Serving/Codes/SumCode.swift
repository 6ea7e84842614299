/// Parity j is the weighted sum of the members' inputs, with weight (i + 1)^j for member i: parity 0 is the plain sum.
///
/// The weights are the rows of a Vandermonde matrix with the positive nodes 1...k, of which every square part is
/// nonsingular: any r of the k + r outputs may be lost. For a linear model, which maps the weighted sum of inputs to the
/// weighted sum of outputs, reconstructions are exact but for rounding; a parity model is trained to come close.
/// Source: J. Kosaian, K. V. Rashmi, S. Venkataraman, "Parity Models: Erasure-Coded Resilience for Prediction Serving
/// Systems", SOSP 2019, section 3.
public struct SumCode: ErasureCode {
  public let k: Int
  public let parities: Int

  public init(k: Int, parities: Int = 1) {
    self.k = k
    self.parities = parities
  }

  /// The factor of `member` in `parity`.
  func weight(member: Int, parity: Int) -> Double {
    var power = 1.0
    for _ in 0..<parity { power *= Double(member + 1) }
    return power
  }

  public func add(
    _ input: UnsafeBufferPointer<Float>, member: Int, parity: Int, into sum: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(input.count == sum.count, "inputs of one group have \(input.count) and \(sum.count) values")
    let weight = Float(weight(member: member, parity: parity))
    for i in 0..<sum.count { sum[i] += weight * input[i] }
  }

  public func decode(
    missing: [Int], member: Int, parities: [(index: Int, output: UnsafeBufferPointer<Float>)],
    outputs: (Int) -> UnsafeBufferPointer<Float>, into result: UnsafeMutableBufferPointer<Float>
  ) throws(CodingError) {
    guard let first = parities.first, parities.count >= missing.count else {
      throw .undetermined(missing: missing.count, parities: parities.count)
    }
    if missing.count == 1, first.index == 0 {
      try subtract(from: first.output, member: member, outputs: outputs, into: result)
    } else {
      try solve(missing: missing, member: member, parities: parities, outputs: outputs, into: result)
    }
  }

  /// One loss, plain sum: what the other members leave of the parity.
  private func subtract(
    from parity: UnsafeBufferPointer<Float>, member: Int, outputs: (Int) -> UnsafeBufferPointer<Float>,
    into result: UnsafeMutableBufferPointer<Float>
  ) throws(CodingError) {
    try requireSameSize(parity, result)
    _ = result.update(fromContentsOf: parity)
    for other in 0..<k where other != member {
      let output = outputs(other)
      try requireSameSize(output, result)
      for i in 0..<result.count { result[i] -= output[i] }
    }
  }

  func requireSameSize(
    _ output: UnsafeBufferPointer<Float>, _ result: UnsafeMutableBufferPointer<Float>
  ) throws(CodingError) {
    guard output.count == result.count else { throw .sizesDiffer(output.count, result.count) }
  }
}
