/// The `p`-th percentile (0...100) of values in ascending order, by linear interpolation: numpy's default method.
///
/// The value stands at the fractional index (n - 1) p/100. Between two neighbours the interpolation starts from the
/// nearer one, as numpy's does, so that both agree to the last bit.
/// - Returns: nil of no values.
public func percentile(sorted values: [Double], _ p: Double) -> Double? {
  guard let last = values.last else { return nil }
  let index = max(0, Double(values.count - 1) * (p / 100))
  let below = index.rounded(.down)
  guard below < Double(values.count - 1) else { return last }
  let (a, b) = (values[Int(below)], values[Int(below) + 1])
  let weight = index - below
  return weight < 0.5 ? a + (b - a) * weight : b - (b - a) * (1 - weight)
}
