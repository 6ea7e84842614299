extension AWSError {
  /// A difference of clocks from which on AWS's refusal is put down to it. AWS refuses at five minutes.
  static let leastSkew: Duration = .seconds(240)
  /// Characters of a message that are kept. An encoded authorization message alone has thousands.
  static let maxMessage = 400

  /// What a response that is no success means. Pure.
  /// - Parameters:
  ///   - signedAt: this machine's time when the request was signed.
  ///   - secrets: that the request was signed with; whoever answers may repeat them.
  public static func classify(
    action: String, response: HTTPResponse, signedAt: UTCTime, hiding secrets: [Secret] = []
  ) -> AWSError {
    let headerID = (response.header("x-amzn-requestid") ?? response.header("x-amz-request-id"))
      .map { shown($0, hiding: secrets) }
    let reply: ReplyElement
    do {
      reply = try ReplyParser.parse(response.body)
    } catch {
      let reason = shown("the reply: \(error)", hiding: secrets)
      return unreadable(action: action, response: response, requestID: headerID, reason: reason)
    }
    // `Response/Errors/Error` is EC2's form, `ErrorResponse/Error` that of the other services.
    let replyID = reply.text("RequestID") ?? reply.text("RequestId") ?? reply.text("requestId")
    let requestID = replyID.map { shown($0, hiding: secrets) } ?? headerID
    guard let error = reply["Errors"]?["Error"] ?? reply["Error"], let code = error.text("Code") else {
      let reason = shown("the reply: <\(reply.name)> has no error code", hiding: secrets)
      return unreadable(action: action, response: response, requestID: requestID, reason: reason)
    }
    let message = error.text("Message") ?? ""
    var kind = Kind(action: action, code: code, message: message, status: response.status)
    // EC2 refuses a wrong time as it refuses a wrong key; RequestExpired may be either.
    let mayBeClock = [.authentication, .expiredCredentials, .clockSkew(offset: nil)].contains(kind)
    if mayBeClock, let offset = skew(response, signedAt: signedAt) { kind = .clockSkew(offset: offset) }
    return AWSError(
      kind: kind, action: action, code: shown(code, hiding: secrets), message: shown(message, hiding: secrets),
      requestID: requestID, status: response.status)
  }

  /// What it means that there is no response.
  public static func classify(action: String, failure: HTTPError) -> AWSError {
    let kind: Kind =
      switch failure {
      case .badRequest, .couldNotConnect, .tls: .unreachable(failure)
      case .timedOut, .broken: .lostReply(failure)
      case .tooLarge: .malformedReply
      }
    return AWSError(kind: kind, action: action, message: failure.description)
  }

  /// What it means that a success cannot be read.
  static func malformed(
    action: String, response: HTTPResponse, _ problem: ReplyProblem, hiding secrets: [Secret] = []
  ) -> AWSError {
    AWSError(
      kind: .malformedReply, action: action, message: shown("the reply: \(problem)", hiding: secrets),
      requestID: response.header("x-amzn-requestid").map { shown($0, hiding: secrets) }, status: response.status)
  }

  private static func unreadable(
    action: String, response: HTTPResponse, requestID: String?, reason: String
  ) -> AWSError {
    let kind: Kind =
      switch response.status {
      case 429: .throttled
      case 500...: .server
      default: .malformedReply
      }
    return AWSError(kind: kind, action: action, message: reason, requestID: requestID, status: response.status)
  }

  private static func skew(_ response: HTTPResponse, signedAt: UTCTime) -> Duration? {
    guard let date = response.header("Date").flatMap(UTCTime.init(httpDate:)) else { return nil }
    let offset = signedAt - date
    return offset >= leastSkew || offset <= .zero - leastSkew ? offset : nil
  }

  /// `text` without any of `secrets`, however it is written.
  static func hidden(_ text: String, _ secrets: [Secret]) -> String {
    var text = text
    for secret in secrets.map(\.value) where !secret.isEmpty {
      for written in [secret, PercentEncoding.encode(secret)] { text.replace(written, with: "\(Secret(secret))") }
    }
    return text
  }

  /// One line of bounded length. What follows `Encoded authorization failure message:` says nothing to people.
  private static func shown(_ message: String, hiding secrets: [Secret]) -> String {
    var text = hidden(message, secrets)
    if let encoded = text.firstRange(of: "Encoded authorization failure message") {
      text.removeSubrange(encoded.lowerBound...)
    }
    let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return words.count > maxMessage ? words.prefix(maxMessage) + "..." : words
  }
}
