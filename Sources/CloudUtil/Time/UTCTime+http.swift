extension UTCTime {
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// The header `Date` of a response (RFC 9110, section 5.6.7): `Sat, 21 Nov 2026 10:50:31 GMT`; nil for anything else, and
  /// for the obsolete forms, which nobody sends.
  public init?(httpDate text: String) {
    let parts = text.split(separator: " ")
    guard parts.count == 6, parts[5] == "GMT", parts[1].count == 2,
      let month = UTCTime.months.firstIndex(of: String(parts[2]))
    else { return nil }
    let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
    self.init(iso8601: "\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z")
  }
}
