extension SumCode {
  /// The general case: the missing output as a combination of the parities in hand and the other members' outputs, with
  /// coefficients and sums in Double, because the differences of weighted sums lose digits.
  func solve(
    missing: [Int], member: Int, parities: [(index: Int, output: UnsafeBufferPointer<Float>)],
    outputs: (Int) -> UnsafeBufferPointer<Float>, into result: UnsafeMutableBufferPointer<Float>
  ) throws(CodingError) {
    let used = parities.prefix(missing.count)
    guard let unit = missing.firstIndex(of: member),
      let factors = combination(of: used.map { $0.index }, missing: missing, giving: unit)
    else { throw .undetermined(missing: missing.count, parities: parities.count) }

    var terms = zip(factors, used).map { (factor: $0, output: $1.output) }
    for other in 0..<k where !missing.contains(other) {
      let known = zip(factors, used).reduce(0) { $0 + $1.0 * weight(member: other, parity: $1.1.index) }
      terms.append((-known, outputs(other)))
    }
    for term in terms { try requireSameSize(term.output, result) }
    for i in 0..<result.count {
      var sum = 0.0
      for term in terms { sum += term.factor * Double(term.output[i]) }
      result[i] = Float(sum)
    }
  }

  /// The factors c of the parities with sum over j of c[j] weight(missing[i], parity j) = 1 for i = `unit`, else 0: what
  /// takes the parities to that missing member alone. Gaussian elimination with row pivots; nil if singular.
  private func combination(of parities: [Int], missing: [Int], giving unit: Int) -> [Double]? {
    let n = missing.count
    var rows = missing.indices.map { i in
      parities.map { weight(member: missing[i], parity: $0) } + [i == unit ? 1 : 0]
    }
    for column in 0..<n {
      guard let pivot = (column..<n).max(by: { abs(rows[$0][column]) < abs(rows[$1][column]) }),
        rows[pivot][column] != 0
      else { return nil }
      rows.swapAt(column, pivot)
      for row in 0..<n where row != column {
        let factor = rows[row][column] / rows[column][column]
        for i in column...n { rows[row][i] -= factor * rows[column][i] }
      }
    }
    return (0..<n).map { rows[$0][n] / rows[$0][$0] }
  }
}
