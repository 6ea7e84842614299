/// A text of numbers, one a line, as traces and empirical service times are written. Lines end in LF or CRLF; blank ones
/// mean nothing.
public enum NumberLines {
  /// A line, from 1, that is no number of the range.
  public struct Malformed: Error, Equatable, CustomStringConvertible {
    public var line: Int
    public var reason: String
    public var description: String { "line \(line): \(reason)" }
  }

  /// The longest service time, slowdown or trace that an experiment may ask for.
  public static let maximumService_ms = 3_600_000.0
  public static let maximumTrace_s = 2_592_000.0

  /// - Parameter ascending: whether a number may not be less than the one before.
  /// - Returns: each number with its line, from 1.
  /// - Throws: `Malformed` for the first line that is not one number of `range`, or is out of order.
  public static func parse(
    _ text: String, in range: ClosedRange<Double>, ascending: Bool = false
  ) throws(Malformed) -> [(line: Int, number: Double)] {
    var numbers: [(line: Int, number: Double)] = []
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let words = line.split(whereSeparator: \.isWhitespace)
      guard let word = words.first else { continue }
      guard words.count == 1, let number = Double(word), range.contains(number) else {
        throw Malformed(
          line: index + 1,
          reason:
            "found \"\(line.prefix(40))\"; allowed: a number from \(shown(range.lowerBound)) to \(shown(range.upperBound))"
        )
      }
      if ascending, let earlier = numbers.last, number < earlier.number {
        throw Malformed(
          line: index + 1,
          reason: "found \"\(word)\" after \(shown(earlier.number)); allowed: numbers in ascending order")
      }
      numbers.append((index + 1, number))
    }
    return numbers
  }

  private static func shown(_ number: Double) -> String { Int(exactly: number).map { "\($0)" } ?? "\(number)" }
}
