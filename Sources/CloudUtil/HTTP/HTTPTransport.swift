/// Carries requests to servers.
public protocol HTTPTransport: Sendable {
  /// Sends `request` and receives the response to its end.
  /// - Throws: `HTTPError`; `CancellationError` if the task is cancelled.
  func send(_ request: HTTPRequest, deadline: ContinuousClock.Instant) async throws -> HTTPResponse
}

/// Why there is no response. `reason` is the library's own; `url` comes without a user and password.
public enum HTTPError: Error, Equatable, CustomStringConvertible {
  /// Not a URL, not HTTP, or a header with a line break.
  case badRequest(url: String, reason: String)
  /// Unknown host, or nobody listens there.
  case couldNotConnect(url: String, reason: String)
  case timedOut(url: String)
  /// The server's certificate or TLS itself was not accepted.
  case tls(url: String, reason: String)
  case tooLarge(url: String, limit_bytes: Int)
  /// The connection broke, or what came was not HTTP.
  case broken(url: String, reason: String)

  public var description: String {
    switch self {
    case .badRequest(let url, let reason): "\(url): cannot be asked for: \(reason)"
    case .couldNotConnect(let url, let reason): "\(url): could not connect: \(reason)"
    case .timedOut(let url): "\(url): no response by the deadline"
    case .tls(let url, let reason): "\(url): TLS: \(reason)"
    case .tooLarge(let url, let limit): "\(url): the response is larger than \(limit) bytes"
    case .broken(let url, let reason): "\(url): the connection broke: \(reason)"
    }
  }
}
