/// Calls the EC2 API of one region with one account's credentials.
public struct EC2Client: Sendable {
  /// Adds what proves who asks; the time is that of the request.
  public typealias Signing = @Sendable (HTTPRequest, AWSCredentials, UTCTime) throws -> HTTPRequest
  /// Says what to sign with; asked before every attempt. With `refresh`, what it said last has ceased to hold.
  public typealias CredentialSource = @Sendable (_ refresh: Bool) async throws -> AWSCredentials

  private let url: String
  private let transport: any HTTPTransport
  private let credentials: CredentialSource
  private let sign: Signing
  private let timing: Timing
  private let retries: RetryPolicy
  private let observer: (@Sendable (EC2Event) -> Void)?

  /// - Parameters:
  ///   - endpoint: as `https://ec2.us-east-1.amazonaws.com`.
  ///   - observer: is told of every attempt and every wait, on whatever thread.
  public init(
    endpoint: String, transport: any HTTPTransport, credentials: @escaping CredentialSource, sign: @escaping Signing,
    timing: Timing = .real, retries: RetryPolicy = RetryPolicy(), observer: (@Sendable (EC2Event) -> Void)? = nil
  ) {
    url = endpoint.hasSuffix("/") ? endpoint : endpoint + "/"
    self.transport = transport
    self.credentials = credentials
    self.sign = sign
    self.timing = timing
    self.retries = retries
    self.observer = observer
  }

  /// Makes a call, again and again while it is throttled, fails in AWS or loses its reply, within the bounds of the
  /// `RetryPolicy`. One that would do harm if it were carried out twice is not sent again when it may have been.
  /// - Throws: `AWSError`; `CancellationError`, after which the call may have been carried out; what the credentials or the
  ///   signing throw.
  public func send<Request: EC2Request>(_ request: Request) async throws -> Request.Response {
    let body = FormBody.encode(request.form)
    var state = RetryState(policy: retries, isRepeatable: request.isRepeatable, start: timing.now())
    var key = try await credentials(false)
    while true {
      do {
        observer?(.sending(action: Request.action, attempt: state.attempts + 1))
        let reply = try await attempt(Request.action, body: body, credentials: key)
        return try read(reply, hiding: key.secrets) { try Request.response($0) }
      } catch var error as AWSError {
        error.followsLostReply = state.mayBeDone
        switch state.step(after: error, now: timing.now(), random: timing.random()) {
        case .giveUp: throw error
        case .refresh: key = try await credentials(insteadOf: key)
        case .wait(let wait):
          observer?(.waiting(error, wait: wait))
          try await timing.sleep(wait)
          key = try await credentials(false)
        }
      }
    }
  }

  /// Makes a call for every page of its reply.
  /// - Throws: as `send`; `AWSError` of kind `malformedReply` if the pages lead in a circle.
  public func sendAll<Request: PagedEC2Request>(_ request: Request) async throws -> [Request.Item] {
    var request = request
    var items: [Request.Item] = []
    var seen: Set<String> = []
    while true {
      let page = try await send(request)
      items += page.items
      guard let next = page.nextToken, !next.isEmpty else { return items }
      guard seen.insert(next).inserted, seen.count < EC2Client.maxPages else {
        throw AWSError(
          kind: .malformedReply, action: Request.action, message: "its pages do not end (after \(seen.count))")
      }
      request.nextToken = next
    }
  }

  private static let maxPages = 10_000

  /// A response of success, and the call it answers.
  private struct Reply {
    var action: String
    var response: HTTPResponse
  }

  private func attempt(_ action: String, body: [UInt8], credentials: AWSCredentials) async throws -> Reply {
    let now = timing.now()
    let headers = [HTTPHeader("Content-Type", FormBody.contentType), HTTPHeader("User-Agent", "run_exp")]
    var request = HTTPRequest("POST", url, headers: headers, body: body)
    // Whether a call may have been carried out before is known only if every try is one of this client's.
    request.isSentOnce = !action.hasPrefix("Describe")
    request = try sign(request, credentials, now)
    let response: HTTPResponse
    do {
      response = try await transport.send(request, deadline: .now + retries.attemptTime)
    } catch let failure as HTTPError {
      throw AWSError.classify(action: action, failure: failure)
    }
    guard (200..<300).contains(response.status) else {
      let error = AWSError.classify(action: action, response: response, signedAt: now, hiding: credentials.secrets)
      observer?(.answered(action: action, status: response.status, requestID: error.requestID))
      throw error
    }
    return Reply(action: action, response: response)
  }

  private func read<Response>(
    _ reply: Reply, hiding secrets: [Secret], _ read: (ReplyElement) throws -> Response
  ) throws -> Response {
    do {
      var root = try ReplyParser.parse(reply.response.body)
      // Of a success, the words that people are shown.
      root.rewrite(within: "stateReason") { AWSError.hidden($0, secrets) }
      guard root.name == "\(reply.action)Response" else { throw ReplyProblem("it is a <\(root.name)>") }
      let requestID = root.text("requestId")
      observer?(.answered(action: reply.action, status: reply.response.status, requestID: requestID))
      return try read(root)
    } catch let problem as ReplyProblem {
      throw AWSError.malformed(action: reply.action, response: reply.response, problem, hiding: secrets)
    }
  }

  /// Calls at once find out at once that credentials have expired: whoever comes second takes what the first was given.
  private func credentials(insteadOf expired: AWSCredentials) async throws -> AWSCredentials {
    let current = try await credentials(false)
    return current == expired ? try await credentials(true) : current
  }
}
