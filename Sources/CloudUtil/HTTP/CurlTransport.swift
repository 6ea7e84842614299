import Synchronization

/// HTTP by libcurl: connections are kept for later requests, redirects are not followed, loopback and the
/// metadata services of machines are never asked by a proxy.
public final class CurlTransport: HTTPTransport {
  /// Bytes of a response that are accepted.
  private let bodyLimit: Int
  private let caBundle: String?
  /// Those not in use, each with the connections it keeps.
  private let idle = Mutex<[CurlHandle]>([])
  private static let maxIdle = 8

  /// - Parameter caBundle: the path of the certificates (PEM) that are trusted, instead of the system's.
  public init(bodyLimit: Int = 64 << 20, caBundle: String? = nil) {
    self.bodyLimit = bodyLimit
    self.caBundle = caBundle
  }

  public func send(_ request: HTTPRequest, deadline: ContinuousClock.Instant) async throws -> HTTPResponse {
    try Task.checkCancellation()
    let handle = try idle.withLock { $0.popLast() } ?? CurlHandle(bodyLimit: bodyLimit, caBundle: caBundle)
    defer {
      idle.withLock { idle in
        if idle.count < CurlTransport.maxIdle { idle.append(handle) }
      }
    }
    return try await handle.perform(request, deadline: deadline)
  }
}
