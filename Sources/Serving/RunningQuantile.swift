/// A quantile of all values so far, to about 2 %, in constant memory and time.
///
/// Values are counted in buckets whose bounds grow by a factor; the bucket of the quantile is followed as counts change,
/// by a step or two a value. The same values in the same order give the same result on every machine.
struct RunningQuantile: Sendable {
  private let fraction: Double
  private var counts: [Int32]
  private(set) var count = 0
  /// The bucket of the quantile, and how many values are in those below it.
  private var bucket = 0
  private var below = 0

  /// Buckets a doubling.
  private static let resolution = 32
  /// Up to 2^50: eleven days, in nanoseconds.
  private static let doublings = 50

  /// - Parameter fraction: 0 < fraction < 1.
  init(_ fraction: Double) {
    self.fraction = fraction
    counts = Array(repeating: 0, count: RunningQuantile.resolution * RunningQuantile.doublings)
  }

  /// - Parameter value: >= 0.
  mutating func add(_ value: Int64) {
    let new = RunningQuantile.bucket(of: value)
    counts[new] += 1
    count += 1
    if new < bucket { below += 1 }
    // The bucket that holds the value of rank ceil(fraction * count), from 1.
    let rank = Int((fraction * Double(count)).rounded(.up))
    while below >= rank {
      bucket -= 1
      below -= Int(counts[bucket])
    }
    while below + Int(counts[bucket]) < rank {
      below += Int(counts[bucket])
      bucket += 1
    }
  }

  /// The upper bound of the quantile's bucket; 0 without values.
  var value: Int64 { count == 0 ? 0 : RunningQuantile.upperBound(of: bucket) }

  /// The bit length says the doubling, the bits below the highest the bucket within it.
  private static func bucket(of value: Int64) -> Int {
    let value = UInt64(max(1, value))
    let doubling = 63 - value.leadingZeroBitCount
    let within = doubling >= 5 ? (value >> UInt64(doubling - 5)) & 31 : (value << UInt64(5 - doubling)) & 31
    return min(doubling * resolution + Int(within), resolution * doublings - 1)
  }

  private static func upperBound(of bucket: Int) -> Int64 {
    let (doubling, within) = bucket.quotientAndRemainder(dividingBy: resolution)
    return Int64((Double(resolution + within + 1) / Double(resolution) * Double(1 << doubling)).rounded(.up))
  }
}
