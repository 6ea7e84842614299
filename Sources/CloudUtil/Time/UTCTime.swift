import Glibc

/// A second of the civil calendar in UTC, as AWS writes times. Pure, but for `now`.
public struct UTCTime: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Since 1970-01-01T00:00:00Z, leap seconds not counted.
  public var seconds: Int64

  public init(seconds: Int64) { self.seconds = seconds }

  /// Of the system's clock.
  public static var now: UTCTime {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return UTCTime(seconds: Int64(time.tv_sec))
  }

  /// `2026-11-21T10:50:31Z`; nil for anything else. A fraction of a second is accepted and dropped.
  public init?(iso8601 text: String) {
    let digits = Array(text.utf8)
    guard digits.count >= 20, digits.last == UInt8(ascii: "Z"), digits[4] == UInt8(ascii: "-"),
      digits[7] == UInt8(ascii: "-"), digits[10] == UInt8(ascii: "T"), digits[13] == UInt8(ascii: ":"),
      digits[16] == UInt8(ascii: ":"), UTCTime.isFraction(digits[19..<(digits.count - 1)]),
      let year = UTCTime.number(digits[0..<4]), let month = UTCTime.number(digits[5..<7]),
      let day = UTCTime.number(digits[8..<10]), let hour = UTCTime.number(digits[11..<13]),
      let minute = UTCTime.number(digits[14..<16]), let second = UTCTime.number(digits[17..<19]),
      (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 61
    else { return nil }
    let days = UTCTime.days(year: year, month: month, day: day)
    guard UTCTime.civil(days: days) == (year, month, day) else { return nil }
    seconds = days * 86_400 + hour * 3600 + minute * 60 + second
  }

  /// `2026-11-21T10:50:31Z`.
  public var iso8601: String {
    let (date, time) = parts
    return "\(date.year)-\(date.month)-\(date.day)T\(time.hour):\(time.minute):\(time.second)Z"
  }

  /// `20261121T105031Z`, as in the header `X-Amz-Date`.
  public var basic: String {
    let (date, time) = parts
    return "\(date.year)\(date.month)\(date.day)T\(time.hour)\(time.minute)\(time.second)Z"
  }

  /// `20261121`.
  public var basicDate: String { String(basic.prefix(8)) }

  public var description: String { iso8601 }

  public static func < (one: UTCTime, other: UTCTime) -> Bool { one.seconds < other.seconds }

  public static func + (time: UTCTime, duration: Duration) -> UTCTime {
    UTCTime(seconds: time.seconds + duration.components.seconds)
  }

  public static func - (later: UTCTime, earlier: UTCTime) -> Duration { .seconds(later.seconds - earlier.seconds) }

  private typealias Clock = (hour: String, minute: String, second: String)

  private var parts: (date: (year: String, month: String, day: String), time: Clock) {
    let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
    let rest = seconds - days * 86_400
    let (year, month, day) = UTCTime.civil(days: days)
    let two = { (number: Int64) in number < 10 ? "0\(number)" : "\(number)" }
    let four = String(repeating: "0", count: max(0, 4 - "\(year)".count)) + "\(year)"
    return ((four, two(month), two(day)), (two(rest / 3600), two(rest / 60 % 60), two(rest % 60)))
  }

  // The proleptic Gregorian calendar repeats every 400 years of 146,097 days; its year is taken to begin in March.
  private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func civil(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
    var value: Int64 = 0
    for digit in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
      value = value * 10 + Int64(digit - UInt8(ascii: "0"))
    }
    return value
  }

  private static func isFraction(_ text: ArraySlice<UInt8>) -> Bool {
    guard let first = text.first else { return true }
    return first == UInt8(ascii: ".") && (2...19).contains(text.count) && number(text.dropFirst()) != nil
  }
}
