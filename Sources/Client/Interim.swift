func percentile(_ sorted: [Double], _ p: Double) -> Double {
  let h = Double(sorted.count - 1) * p / 100
  let low = Int(h)
  let high = min(low + 1, sorted.count - 1)
  return sorted[low] + (sorted[high] - sorted[low]) * (h - Double(low))
}
