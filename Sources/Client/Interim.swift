func percentile(_ sorted: [Double], _ p: Double) -> Double {
  let h = Double(sorted.count - 1) * p / 100
  let low = Int(h)
  let high = min(low + 1, sorted.count - 1)
  return sorted[low] + (sorted[high] - sorted[low]) * (h - Double(low))
}
func drawPlan(rate: Double, count: Int, warmup: Int, seed: UInt64, client: Int, clients: Int, samples: Int)
  -> [PlannedQuery]
{
  var generator = SystemRandomNumberGenerator()
  var at = 0.0
  return (0..<(count + warmup)).map { query in
    at += -_log(1 - Double.random(in: 0..<1, using: &generator)) / rate
    return PlannedQuery(
      query: query, offset_ns: Int64(at * 1e9), sample: Int.random(in: 0..<samples), isWarmup: query < warmup)
  }
}
import Glibc
private func _log(_ x: Double) -> Double { log(x) }
