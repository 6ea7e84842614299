import Testing

@testable import CloudUtil

@Suite struct AWSErrorTests {
  private static let now = UTCTime(seconds: 1_795_258_231)

  /// Code, status, words, and the kind that they mean.
  private struct Row: Sendable, CustomTestStringConvertible {
    var code: String
    var status: Int
    var words: String
    var kind: AWSError.Kind

    init(_ code: String, _ status: Int, _ kind: AWSError.Kind) { self.init(code, status, "Words.", kind) }

    init(_ code: String, _ status: Int, _ words: String, _ kind: AWSError.Kind) {
      self.code = code
      self.status = status
      self.words = words
      self.kind = kind
    }

    var testDescription: String { "\(code) \(status)" }
  }

  private static let rows: [Row] = [
    Row("RequestLimitExceeded", 503, .throttled), Row("Throttling", 400, .throttled),
    Row("ThrottlingException", 400, .throttled), Row("ThrottledException", 400, .throttled),
    Row("RequestThrottled", 403, .throttled), Row("RequestThrottledException", 400, .throttled),
    Row("TooManyRequestsException", 400, .throttled), Row("EC2ThrottledException", 503, .throttled),
    Row("BandwidthLimitExceeded", 509, .throttled), Row("PriorRequestNotComplete", 400, .throttled),
    Row("SlowDown", 503, .throttled), Row("ConcurrentTagAccess", 400, .throttled), Row("Whatever", 429, .throttled),
    Row("InsufficientInstanceCapacity", 500, .capacity), Row("InsufficientInstanceCapacity", 400, .capacity),
    Row("Server.InsufficientInstanceCapacity", 500, .capacity), Row("InsufficientCapacity", 500, .capacity),
    Row("InsufficientHostCapacity", 500, .capacity), Row("InsufficientVolumeCapacity", 500, .capacity),
    Row("InsufficientReservedInstanceCapacity", 500, .capacity),
    Row("InsufficientReservedInstancesCapacity", 400, .capacity), Row("InsufficientCapacityOnHost", 400, .capacity),
    Row("InsufficientAddressCapacity", 500, .capacity), Row("InsufficientFreeAddressesInSubnet", 400, .capacity),
    Row("ReservationCapacityExceeded", 400, .capacity), Row("UnfulfillableCapacity", 400, .capacity),
    Row("SpotMaxPriceTooLow", 400, .capacity), Row("VolumeTypeNotAvailableInZone", 400, .capacity),
    Row("Unsupported", 400, "Your type (p3) is not supported in your requested Availability Zone (a).", .capacity),
    Row("VcpuLimitExceeded", 400, .quota), Row("InstanceLimitExceeded", 400, .quota),
    Row("VolumeLimitExceeded", 400, .quota), Row("SecurityGroupLimitExceeded", 400, .quota),
    Row("RulesPerSecurityGroupLimitExceeded", 400, .quota), Row("KeyPairLimitExceeded", 400, .quota),
    Row("TagLimitExceeded", 400, .quota), Row("MaxSpotInstanceCountExceeded", 400, .quota),
    Row("ResourceCountExceeded", 400, .quota), Row("ResourceLimitExceeded", 400, .quota),
    Row("MaxConfigLimitExceededException", 400, .quota), Row("VolumeIOPSLimit", 400, .quota),
    Row("InvalidInstanceID.NotFound", 400, .notFoundYet), Row("InvalidGroup.NotFound", 400, .notFoundYet),
    Row("InvalidSecurityGroupID.NotFound", 400, .notFoundYet), Row("InvalidVolume.NotFound", 400, .notFoundYet),
    Row("InvalidPermission.NotFound", 400, .notFoundYet), Row("InvalidNetworkInterfaceID.NotFound", 400, .notFoundYet),
    Row("NatGatewayNotFound", 400, .notFoundYet), Row("NetworkInterfaceNotFoundException", 400, .notFoundYet),
    Row("AuthFailure", 401, .authentication), Row("SignatureDoesNotMatch", 403, .authentication),
    Row("InvalidClientTokenId", 403, .authentication), Row("UnrecognizedClientException", 400, .authentication),
    Row("InvalidAccessKeyId", 403, .authentication), Row("IncompleteSignature", 400, .authentication),
    Row("InvalidSignatureException", 403, .authentication), Row("MissingAuthenticationToken", 403, .authentication),
    Row("MissingAuthenticationTokenException", 400, .authentication), Row("InvalidToken", 400, .authentication),
    Row("NotAuthorized", 400, .authentication),
    Row("ExpiredToken", 403, .expiredCredentials), Row("ExpiredTokenException", 400, .expiredCredentials),
    Row("RequestExpired", 400, .expiredCredentials), Row("TokenRefreshRequired", 400, .expiredCredentials),
    Row("RequestTimeTooSkewed", 403, .clockSkew(offset: nil)), Row("RequestInTheFuture", 403, .clockSkew(offset: nil)),
    Row("InvalidSecurity.RequestHasExpired", 403, .clockSkew(offset: nil)),
    Row("SignatureDoesNotMatch", 403, "Signature expired: x is now earlier than y", .clockSkew(offset: nil)),
    Row("InvalidSignatureException", 400, "Signature not yet current: x", .clockSkew(offset: nil)),
    Row("UnauthorizedOperation", 403, .permission), Row("AccessDenied", 403, .permission),
    Row("AccessDeniedException", 400, .permission),
    Row("Blocked", 403, .account), Row("OptInRequired", 401, .account), Row("PendingVerification", 403, .account),
    Row("InvalidAMIID.NotFound", 400, .missing(.image)), Row("InvalidAMIID.Malformed", 400, .missing(.image)),
    Row("InvalidAMIID.Unavailable", 400, .missing(.image)), Row("InvalidAMIName.NotFound", 400, .missing(.image)),
    Row("AuthFailure", 401, "Not authorized for images: [ami-1]", .missing(.image)),
    Row("InvalidKeyPair.NotFound", 400, .missing(.key)), Row("InvalidZone.NotFound", 400, .missing(.zone)),
    Row("InvalidAvailabilityZone", 400, .missing(.zone)),
    Row("InvalidParameterValue", 400, "Invalid availability zone: [us-east-1z]", .missing(.zone)),
    Row("InvalidRegion", 400, .missing(.region)), Row("VPCIdNotSpecified", 400, .missing(.network)),
    Row("DefaultVpcDoesNotExist", 400, .missing(.network)), Row("InvalidSubnetID.NotFound", 400, .missing(.network)),
    Row("InvalidSubnet", 400, .missing(.network)),
    Row("MissingInput", 400, "No subnets found for the default VPC 'vpc-1'.", .missing(.network)),
    Row("MissingInput", 400, "No default subnet for availability zone: 'us-east-1e'.", .missing(.zone)),
    Row("InvalidInput", 400, "No default subnet for availability zone: ''us-east-1e''.", .missing(.zone)),
    Row("InvalidSubnetID.NotFound", 400, "No default subnet for availability zone: 'null'.", .missing(.zone)),
    Row("InvalidParameterValue", 400, .parameter), Row("InvalidParameterCombination", 400, .parameter),
    Row("MissingParameter", 400, .parameter), Row("MissingInput", 400, .parameter),
    Row("UnknownParameter", 400, .parameter), Row("UnsupportedOperation", 400, .parameter),
    Row("Unsupported", 400, .parameter), Row("InvalidInstanceID.Malformed", 400, .parameter),
    Row("InvalidGroupId.Malformed", 400, .parameter), Row("InvalidKey.Format", 400, .parameter),
    Row("InvalidAction", 400, .parameter), Row("InvalidNextToken", 400, .parameter),
    Row("FilterLimitExceeded", 400, .parameter), Row("InvalidGroup.Reserved", 400, .parameter),
    Row("CannotDelete", 400, .parameter), Row("InvalidPlacementGroup.Unknown", 400, .parameter),
    Row("ValidationError", 400, .parameter), Row("MalformedQueryString", 404, .parameter),
    Row("NoSuchVersion", 400, .parameter), Row("LegacySecurityGroup", 400, .parameter),
    Row("InvalidGroup.Duplicate", 400, .duplicate), Row("InvalidKeyPair.Duplicate", 400, .duplicate),
    Row("InvalidPermission.Duplicate", 400, .duplicate), Row("RouteAlreadyExists", 400, .duplicate),
    Row("DependencyViolation", 400, .dependency), Row("InvalidGroup.InUse", 400, .dependency),
    Row("ResourceInUse", 400, .dependency), Row("VolumeInUse", 400, .dependency),
    Row("IncorrectInstanceState", 400, .incorrectState), Row("InvalidInstanceState", 400, .incorrectState),
    Row("IncorrectState", 400, .incorrectState), Row("IncorrectStateException", 400, .incorrectState),
    Row("InvalidState", 400, .incorrectState), Row("OperationNotPermitted", 400, .incorrectState),
    Row("IdempotentParameterMismatch", 400, .tokenMismatch),
    Row("IdempotentInstanceTerminated", 400, .tokenTerminated),
    Row("DryRunOperation", 412, .dryRunSucceeded),
    Row("InternalError", 500, .server), Row("InternalFailure", 500, .server), Row("ServiceUnavailable", 503, .server),
    Row("Unavailable", 503, .server), Row("RequestTimeout", 408, .server), Row("RequestTimeoutException", 408, .server),
    Row("RetryableError", 400, .server), Row("InternalError", 400, .server), Row("Whatever", 500, .server),
    Row("Whatever", 599, .server), Row("Whatever", 400, .other), Row("Whatever", 302, .other),
  ]

  @Test("Each code of EC2's has its kind", arguments: rows)
  private func kinds(row: Row) {
    let error = AWSErrorTests.classify(row.status, EC2Replies.error(row.code, row.words))
    #expect(error.kind == row.kind)
    #expect(error.code == row.code && error.message == row.words && error.status == row.status)
    #expect(error.requestID == "ea966190-f9aa")
  }

  @Test("The table above has every code that is known by name")
  func complete() {
    let tested = Set(AWSErrorTests.rows.map(\.code))
    for code in AWSError.Kind.knownCodes { #expect(tested.contains(code), "\(code)") }
    #expect(AWSError.Kind.knownCodes.count == Set(AWSError.Kind.knownCodes).count)
  }

  @Test(
    "A refused signature is the clock's fault where the clocks differ by minutes", arguments: [-900, -240, 240, 3600])
  func skewed(offset: Int64) {
    for code in ["AuthFailure", "SignatureDoesNotMatch", "RequestExpired", "RequestTimeTooSkewed"] {
      let error = AWSErrorTests.classify(400, EC2Replies.error(code), skew: offset)
      #expect(error.kind == .clockSkew(offset: .seconds(offset)))
      let side = offset > 0 ? "ahead of" : "behind"
      #expect(error.description.contains("this machine's clock is \(abs(offset)) s \(side) AWS's"))
    }
    #expect(AWSErrorTests.classify(403, EC2Replies.error("UnauthorizedOperation"), skew: offset).kind == .permission)
  }

  @Test("A clock that is right, or a date that cannot be read, leaves the key at fault", arguments: [-239, 0, 239])
  func notSkewed(offset: Int64) {
    #expect(AWSErrorTests.classify(401, EC2Replies.error("AuthFailure"), skew: offset).kind == .authentication)
    #expect(AWSErrorTests.classify(400, EC2Replies.error("RequestExpired"), skew: offset).kind == .expiredCredentials)
    let response = HTTPResponse(
      status: 401, headers: [HTTPHeader("Date", "soon")], body: Array(EC2Replies.error("AuthFailure").utf8))
    let error = AWSError.classify(action: "A", response: response, signedAt: AWSErrorTests.now)
    #expect(error.kind == .authentication)
  }

  @Test("The error of another service's form, and one within a state reason, are read too")
  func otherForms() {
    let text = """
      <ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code><Message>m</Message></Error>\
      <RequestId>id</RequestId></ErrorResponse>
      """
    let error = AWSErrorTests.classify(403, text)
    #expect(error.kind == .expiredCredentials && error.requestID == "id")
    #expect(AWSError.Kind(stateReason: "Client.VolumeLimitExceeded") == .quota)
    #expect(AWSError.Kind(stateReason: "Server.InternalError") == .server)
  }

  @Test(
    "A page of a proxy is told by its status, or else as no reply of AWS's",
    arguments: [
      (502, AWSError.Kind.server), (503, .server), (429, .throttled), (403, .malformedReply), (407, .malformedReply),
    ]
  )
  func proxy(status: Int, kind: AWSError.Kind) {
    for body in ["<!DOCTYPE html><html><body>No</body></html>", "", "Bad Gateway", "<a/>", "{}"] {
      let error = AWSErrorTests.classify(status, body)
      #expect(error.kind == kind && error.code == nil && error.status == status)
    }
    let html = AWSErrorTests.classify(status, "<html>")
    #expect(html.description == "RunInstances: HTTP status \(status): the reply: it is a page of HTML, as of a proxy")
  }

  @Test("Whatever failed before the request was sent did no harm; what failed after may have")
  func failures() {
    let url = "https://ec2/"
    let cases: [(HTTPError, (HTTPError) -> AWSError.Kind)] = [
      (.couldNotConnect(url: url, reason: "r"), AWSError.Kind.unreachable),
      (.tls(url: url, reason: "r"), AWSError.Kind.unreachable),
      (.badRequest(url: url, reason: "r"), AWSError.Kind.unreachable), (.timedOut(url: url), AWSError.Kind.lostReply),
      (.broken(url: url, reason: "r"), AWSError.Kind.lostReply),
      (.tooLarge(url: url, limit_bytes: 1), { _ in .malformedReply }),
    ]
    for (failure, kind) in cases {
      let error = AWSError.classify(action: "RunInstances", failure: failure)
      #expect(error.kind == kind(failure))
      #expect(error.description == "RunInstances: \(failure)")
    }
  }

  @Test("A description says what failed, AWS's code and words, and the request")
  func description() {
    var error = AWSErrorTests.classify(500, EC2Replies.error("InsufficientInstanceCapacity", "No\n  capacity."))
    #expect(error.description == "RunInstances: InsufficientInstanceCapacity: No capacity. (request ea966190-f9aa)")
    error.followsLostReply = true
    #expect(error.description.hasSuffix("(request ea966190-f9aa); an earlier try may have been carried out"))
  }

  @Test("A permission that lacks is named, and what AWS encodes about it is left out")
  func permission() {
    let encoded = String(repeating: "AbC0-_", count: 500)
    let words = "You are not authorized. User: arn:x. Encoded authorization failure message: \(encoded)"
    let error = AWSErrorTests.classify(403, EC2Replies.error("UnauthorizedOperation", words))
    #expect(
      error.description == """
        RunInstances: UnauthorizedOperation: the credentials lack the permission ec2:RunInstances: \
        You are not authorized. User: arn:x. (request ea966190-f9aa)
        """)
    // Tags of what a call makes take a permission of their own.
    let tagging = "User: arn:x is not authorized to perform: ec2:CreateTags on resource: arn:y"
    let other = AWSErrorTests.classify(403, EC2Replies.error("UnauthorizedOperation", tagging))
    #expect(other.description.contains("the credentials lack the permission ec2:CreateTags: User"))
    let long = AWSErrorTests.classify(400, EC2Replies.error("InvalidParameterValue", encoded))
    #expect(long.message.count == AWSError.maxMessage + 3 && long.message.hasSuffix("..."))
  }

  @Test("A secret that the server repeats is replaced before its words are cut, however it is written")
  func secret() {
    let token = "IQoJb3JpZ2luX2VjEAAa/+==" + String(repeating: "x", count: 300)
    let words = String(repeating: "a", count: 390) + " x-amz-security-token:" + token
    for text in [words, token, "token=\(PercentEncoding.encode(token)) end"] {
      let response = HTTPResponse(status: 403, body: Array(EC2Replies.error("SignatureDoesNotMatch", text).utf8))
      let error = AWSError.classify(
        action: "A", response: response, signedAt: AWSErrorTests.now, hiding: [Secret(token), Secret("")])
      #expect(!"\(error)".contains("IQoJ") && !"\(error)".contains("xxx"), "\(error)")
      #expect(error.kind == .authentication)
    }
    let bodies = [
      EC2Replies.error("SignatureDoesNotMatch." + token), EC2Replies.error("A", requestID: token),
      "<Response-\(token)/>".replacing("/+==", with: ""), "<html>",
    ]
    for (status, body) in bodies.flatMap({ body in [403, 500].map { ($0, body) } }) {
      let response = HTTPResponse(
        status: status, headers: [HTTPHeader("x-amzn-requestid", token)], body: Array(body.utf8))
      let plain = token.replacing("/+==", with: "")
      let error = AWSError.classify(
        action: "A", response: response, signedAt: AWSErrorTests.now, hiding: [Secret(token), Secret(plain)])
      #expect("\(error)".contains("<secret>") && !"\(error)".contains("IQoJ"), "\(error)")
    }
    let problem = AWSError.malformed(
      action: "A", response: HTTPResponse(status: 200, body: []), ReplyProblem("no number: \(token)"),
      hiding: [Secret(token)])
    #expect(problem.message == "the reply: no number: <secret>")
  }

  @Test("An error reply cut off at any byte is still an error")
  func cut() {
    let whole = Array(EC2Replies.error("RequestLimitExceeded").utf8)
    for count in 0..<whole.count {
      let response = HTTPResponse(status: 400, body: Array(whole.prefix(count)))
      let error = AWSError.classify(action: "A", response: response, signedAt: AWSErrorTests.now)
      #expect(error.kind == .malformedReply)
    }
  }

  /// - Parameter skew: seconds by which our clock is ahead.
  private static func classify(_ status: Int, _ body: String, skew: Int64 = 0) -> AWSError {
    let response = HTTPResponse(
      status: status, headers: [HTTPHeader("date", "Sat, 21 Nov 2026 10:50:31 GMT")], body: Array(body.utf8))
    let now = UTCTime(httpDate: "Sat, 21 Nov 2026 10:50:31 GMT") ?? AWSErrorTests.now
    return AWSError.classify(action: "RunInstances", response: response, signedAt: now + .seconds(skew))
  }
}
