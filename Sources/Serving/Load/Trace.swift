/// Arrivals as they were recorded.
public struct Trace: Arrivals, Equatable, Sendable {
  /// From the start of the schedule, in ascending order.
  public let offsets: [Duration]
  private var position = 0

  /// - Parameter offsets: in ascending order.
  public init(offsets: [Duration]) { self.offsets = offsets }

  /// Reads seconds from the start, one a line. Blank lines mean nothing.
  /// - Throws: `Malformed` if a line is not a number of seconds >= 0 or is less than the one before.
  public init(text: String) throws(Malformed) {
    var offsets: [Duration] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let word = line.filter { !$0.isWhitespace }
      guard !word.isEmpty else { continue }
      guard let seconds = Double(word), seconds >= 0, seconds.isFinite else {
        throw Malformed(line: index + 1, reason: "\"\(line)\" is not a number of seconds >= 0")
      }
      let offset = Duration(schedule_s: seconds)
      if let last = offsets.last, offset < last {
        throw Malformed(line: index + 1, reason: "\(word) s is earlier than the arrival before it")
      }
      offsets.append(offset)
    }
    self.init(offsets: offsets)
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

  /// A line, from 1, that is no arrival.
  public struct Malformed: Error, Equatable, CustomStringConvertible {
    public var line: Int
    public var reason: String
    public var description: String { "line \(line): \(reason)" }
  }
}
