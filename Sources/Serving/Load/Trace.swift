/// Arrivals as they were recorded.
public struct Trace: Arrivals, Equatable, Sendable {
  /// From the start of the schedule, in ascending order.
  public let offsets: [Duration]
  private var position = 0

  /// - Parameter offsets: in ascending order.
  public init(offsets: [Duration]) { self.offsets = offsets }

  /// - Parameter seconds: from the start of the schedule, in ascending order.
  public init(seconds: [Double]) { self.init(offsets: seconds.map { Duration(schedule_s: $0) }) }

  /// Reads seconds from the start, one a line. Blank lines mean nothing.
  /// - Throws: `NumberLines.Malformed` if a line is not a number of seconds or is less than the one before.
  public init(text: String) throws(NumberLines.Malformed) {
    let entries = try NumberLines.parse(text, in: 0...NumberLines.maximumTrace_s, ascending: true)
    self.init(seconds: entries.map(\.number))
  }

  public mutating func next() -> Duration? {
    guard position < offsets.count else { return nil }
    defer { position += 1 }
    return offsets[position]
  }

  /// Every `clients`-th arrival from number `client` on: the entries are dealt round robin.
  func share(of client: Int, clients: Int) -> Trace {
    Trace(offsets: stride(from: client, to: offsets.count, by: clients).map { offsets[$0] })
  }
}
