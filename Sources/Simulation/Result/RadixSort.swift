/// Sorting of many whole numbers in time that grows as their number does: eleven bits at a time, the lowest first.
public enum RadixSort {
  /// Puts values >= 0 in ascending order.
  public static func sort(_ values: inout [Int64]) {
    let digitBits = 11
    guard let largest = values.max(), largest > 0 else { return }
    var (from, to) = (values, values)
    for shift in stride(from: 0, to: 64 - largest.leadingZeroBitCount, by: digitBits) {
      var places = [Int](repeating: 0, count: 1 << digitBits)
      for value in from { places[Int(truncatingIfNeeded: value >> shift) & 0x7ff] += 1 }
      var next = 0
      for digit in places.indices { (places[digit], next) = (next, next + places[digit]) }
      for value in from {
        let digit = Int(truncatingIfNeeded: value >> shift) & 0x7ff
        to[places[digit]] = value
        places[digit] += 1
      }
      swap(&from, &to)
    }
    values = from
  }
}
