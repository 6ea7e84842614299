/// The binomial distribution, exact to rounding for any number of trials: its probabilities are built outwards from the
/// mode by their ratios and normalised by their sum, so nothing underflows but what is negligible.
struct Binomial {
  /// Probabilities of `first`, `first + 1` and so on; what is left out is less than 1e-18 of the mode's.
  private let probabilities: [Double]
  private let first: Int

  init(trials: Int, probability: Double) {
    let odds = probability / (1 - probability)
    let mode = min(trials, Int(Double(trials + 1) * probability))
    let negligible = 1e-18

    var below: [Double] = []
    var (weight, count) = (1.0, mode)
    while count > 0, weight > negligible {
      weight *= Double(count) / (Double(trials - count + 1) * odds)
      count -= 1
      below.append(weight)
    }
    first = count

    var weights = Array(below.reversed()) + [1]
    (weight, count) = (1, mode)
    while count < trials, weight > negligible {
      weight *= Double(trials - count) * odds / Double(count + 1)
      count += 1
      weights.append(weight)
    }

    var sum = CompensatedSum()
    for weight in weights { sum.add(weight) }
    let total = sum.value
    probabilities = weights.map { $0 / total }
  }

  /// The largest c with P(X < c) <= tail.
  func lowerQuantile(_ tail: Double) -> Int {
    var sum = CompensatedSum()
    for (offset, probability) in probabilities.enumerated() {
      sum.add(probability)
      if sum.value > tail { return first + offset }
    }
    return first + probabilities.count
  }

  /// The smallest c with P(X >= c) <= tail.
  func upperQuantile(_ tail: Double) -> Int {
    var sum = CompensatedSum()
    for (offset, probability) in probabilities.enumerated().reversed() {
      sum.add(probability)
      if sum.value > tail { return first + offset + 1 }
    }
    return first
  }
}
