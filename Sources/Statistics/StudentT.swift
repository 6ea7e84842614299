#if canImport(Glibc)
  import Glibc
#endif

/// Student's t distribution of a whole number of degrees of freedom.
struct StudentT {
  /// At least 1.
  let degrees: Int

  /// P(|T| <= t), t >= 0, by the finite series of M. Abramowitz and I. Stegun, "Handbook of Mathematical Functions",
  /// 26.7.3 and 26.7.4.
  func central(_ t: Double) -> Double {
    let angle = atan(t / Double(degrees).squareRoot())
    let (sine, cosine) = (sin(angle), cos(angle))
    let isOdd = degrees % 2 == 1
    // Powers of the cosine, each with the ratio of coefficients to the one before.
    var term = isOdd ? cosine : 1
    var sum = degrees == 1 ? 0 : term
    var power = isOdd ? 3 : 2
    while power <= degrees - 2 {
      term *= cosine * cosine * Double(power - 1) / Double(power)
      sum += term
      power += 2
    }
    return isOdd ? 2 / Double.pi * (angle + sine * sum) : sine * sum
  }

  /// The t with P(|T| <= t) = `probability`, 0 <= probability < 1.
  func quantile(central probability: Double) -> Double {
    var (low, high) = (0.0, 1.0)
    while central(high) < probability { (low, high) = (high, high * 2) }
    // Until two neighbours of the number line are left.
    while true {
      let middle = low + (high - low) / 2
      guard low < middle, middle < high else { return high }
      if central(middle) < probability { low = middle } else { high = middle }
    }
  }
}
