import Synchronization

@testable import CloudUtil

/// Answers requests as a test says, in its order, and remembers them.
final class ScriptedTransport: HTTPTransport {
  enum Answer {
    case reply(Int, String)
    case failure(any Error)
  }

  struct NoMore: Error {}

  private struct State {
    var answers: [Answer]
    var requests: [HTTPRequest] = []
  }

  private let state: Mutex<State>

  init(_ answers: [Answer]) { state = Mutex(State(answers: answers)) }

  var requests: [HTTPRequest] { state.withLock(\.requests) }
  /// Answers that nobody asked for yet.
  var left: Int { state.withLock(\.answers.count) }

  func send(_ request: HTTPRequest, deadline: ContinuousClock.Instant) async throws -> HTTPResponse {
    let answer = state.withLock { state -> Answer? in
      state.requests.append(request)
      return state.answers.isEmpty ? nil : state.answers.removeFirst()
    }
    switch answer {
    case .reply(let status, let body): return HTTPResponse(status: status, body: Array(body.utf8))
    case .failure(let error): throw error
    case nil: throw NoMore()
    }
  }
}
