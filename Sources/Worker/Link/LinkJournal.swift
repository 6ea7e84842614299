import NIOConcurrencyHelpers

/// Logs what happens to links; the same thing again and again, as when nobody listens for a while, only once.
final class LinkJournal: Sendable {
  private let last = NIOLockedValueBox("")

  func note(_ event: String) {
    let isNew = last.withLockedValue { last in
      defer { last = event }
      return last != event
    }
    if isNew { Log.line(event) }
  }
}
