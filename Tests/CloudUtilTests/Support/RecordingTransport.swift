import Synchronization

@testable import CloudUtil

/// Passes requests on, and remembers what was answered.
final class RecordingTransport: HTTPTransport {
  private let transport: any HTTPTransport
  private let recorded = Mutex<[HTTPResponse]>([])

  init(_ transport: any HTTPTransport) { self.transport = transport }

  var responses: [HTTPResponse] { recorded.withLock(\.self) }

  func send(_ request: HTTPRequest, deadline: ContinuousClock.Instant) async throws -> HTTPResponse {
    let response = try await transport.send(request, deadline: deadline)
    recorded.withLock { $0.append(response) }
    return response
  }
}
