import CloudUtil
import Synchronization

/// The hosts that have not let us in yet, and why not.
final class Waiting: Sendable {
  /// By the machine's name; nil: none is known.
  private let reasons: Mutex<[String: SSHError?]>

  init(for names: [String]) {
    reasons = Mutex(Dictionary(names.map { ($0, SSHError?.none) }) { first, _ in first })
  }

  /// For people, a line each.
  var lines: [String] {
    reasons.withLock { $0 }.sorted { $0.key < $1.key }
      .map { name, reason in "  \(name)" + (reason.map { ": \($0)" } ?? "") }
  }

  func note(_ reason: SSHError, of name: String) { reasons.withLock { $0[name] = .some(reason) } }
  func end(of name: String) { _ = reasons.withLock { $0.removeValue(forKey: name) } }
}
