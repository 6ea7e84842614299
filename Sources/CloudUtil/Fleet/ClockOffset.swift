/// How far the clock of another host is ahead of this one's.
public struct ClockOffset: Codable, Equatable, Sendable {
  /// Added to an instant of this host it is that instant there.
  public var offset_ns: Int64
  /// The offset is known to lie within so much of `offset_ns`: half of the way there and back.
  public var within_ns: Int64

  /// One question, as Cristian's algorithm reads it (F. Cristian, Probabilistic clock synchronization, 1989): the answer
  /// was read half way between `asked_ns` and `answered_ns`, give or take half of the time between them.
  public init(asked_ns: Int64, remote_ns: Int64, answered_ns: Int64) {
    offset_ns = remote_ns - (asked_ns + (answered_ns - asked_ns) / 2)
    within_ns = (answered_ns - asked_ns + 1) / 2
  }
}

extension Host {
  /// The best of some questions; Unix time on both sides.
  /// - Throws: `ShellError`.
  public func clockOffset(
    tries: Int = 5, deadline: ContinuousClock.Instant, now: () -> Int64
  ) async throws -> ClockOffset {
    var best: ClockOffset?
    for _ in 0..<max(1, tries) {
      let asked = now()
      let output = try await shell.require(Command("date", ["+%s%N"]), deadline: deadline)
      let answered = now()
      guard let remote = Int64(output.stdout.filter { !$0.isWhitespace }) else { continue }
      let offset = ClockOffset(asked_ns: asked, remote_ns: remote, answered_ns: answered)
      if offset.within_ns < best?.within_ns ?? .max { best = offset }
    }
    guard let best else {
      throw ShellError.lost(Command("date", ["+%s%N"]), host: shell.host, reason: "it prints no number of nanoseconds")
    }
    return best
  }
}
