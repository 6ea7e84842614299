/// A service on this machine's own link that gives credentials, asked a few times.
struct MetadataService: Sendable {
  let transport: any HTTPTransport
  let timing: Timing
  /// How long one try may take.
  let patience: Duration
  /// Between tries.
  let pause: Duration
  let tries = 3

  /// - Returns: the response, of whatever status; of status 429 or 500 and above only after the last try.
  /// - Throws: `HTTPError` of the last try, `CancellationError`.
  func ask(_ request: HTTPRequest) async throws -> HTTPResponse {
    for _ in 1..<tries {
      if let response = try? await once(request), response.status < 500, response.status != 429 { return response }
      try Task.checkCancellation()
      try await timing.sleep(pause)
    }
    return try await once(request)
  }

  func once(_ request: HTTPRequest) async throws -> HTTPResponse {
    try await transport.send(request, deadline: .now + patience)
  }
}
