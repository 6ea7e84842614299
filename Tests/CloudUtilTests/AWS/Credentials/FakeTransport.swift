import CloudUtil
import Synchronization

/// Answers by a closure, and remembers what it was asked.
final class FakeTransport: HTTPTransport {
  private let asked = Mutex<[HTTPRequest]>([])
  private let answer: @Sendable (HTTPRequest) throws -> HTTPResponse

  init(_ answer: @escaping @Sendable (HTTPRequest) throws -> HTTPResponse) { self.answer = answer }

  /// Nobody listens anywhere.
  convenience init() { self.init { throw HTTPError.timedOut(url: $0.url) } }

  var requests: [HTTPRequest] { asked.withLock { $0 } }

  /// What was asked, in order: `GET url`.
  var lines: [String] { requests.map { "\($0.method) \($0.url)" } }

  func send(_ request: HTTPRequest, deadline: ContinuousClock.Instant) async throws -> HTTPResponse {
    asked.withLock { $0.append(request) }
    return try answer(request)
  }
}

extension HTTPResponse {
  static func ok(_ text: String) -> HTTPResponse { HTTPResponse(status: 200, body: Array(text.utf8)) }
}
