/// The arithmetic mean; nil of no values.
public func mean(_ values: [Double]) -> Double? {
  guard !values.isEmpty else { return nil }
  var sum = CompensatedSum()
  for value in values { sum.add(value) }
  return sum.value / Double(values.count)
}

/// A sum that carries the low-order bits its additions lose, so that its error does not grow with the number of terms.
///
/// Source: A. Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", 1974.
struct CompensatedSum {
  private var sum = 0.0
  private var lost = 0.0

  mutating func add(_ term: Double) {
    let next = sum + term
    // Of the two summands, the smaller one lost its low bits.
    lost += abs(sum) >= abs(term) ? (sum - next) + term : (term - next) + sum
    sum = next
  }

  var value: Double { sum + lost }
}
