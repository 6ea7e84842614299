extension AWSError.Kind {
  /// What an instance's `StateReason` says, as `Server.InsufficientInstanceCapacity`.
  public init(stateReason code: String, message: String = "") {
    self.init(action: "RunInstances", code: code, message: message, status: code.hasPrefix("Server.") ? 500 : 400)
  }

  /// The kind of an error by its code, then by the status alone. Whether an authentication failed for the clock is not seen
  /// here. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
  init(action: String, code: String, message: String, status: Int) {
    let code = AWSError.Kind.withoutSide(code)
    if let kind = AWSError.Kind.ambiguous(action: action, code: code, message: message) {
      self = kind
    } else if let kind = AWSError.Kind.byCode[code] {
      self = kind
    } else if status >= 500 {
      self = .server
    } else {
      self = AWSError.Kind.byPattern(code, status: status)
    }
  }

  /// Old replies and state reasons say whose fault it is: `Client.`, `Server.`.
  private static func withoutSide(_ code: String) -> String {
    for side in ["Client.", "Server."] where code.hasPrefix(side) { return String(code.dropFirst(side.count)) }
    return code
  }

  /// Codes that EC2 uses for more than one thing; only its words tell which.
  private static func ambiguous(action: String, code: String, message: String) -> AWSError.Kind? {
    let words = message.lowercased()
    // Said with one of several codes: the others have one.
    if words.contains("no default subnet for availability zone") { return .missing(.zone) }
    switch code {
    case "AuthFailure" where words.contains("image"): return .missing(.image)
    // "Credential should be scoped to a valid region"
    case "AuthFailure" where words.contains("valid region"),
      "SignatureDoesNotMatch" where words.contains("valid region"):
      return .missing(.region)
    case "InvalidParameterValue" where words.contains("availability zone"): return .missing(.zone)
    // An instance type that the zone does not offer.
    case "Unsupported" where words.contains("availability zone"): return .capacity
    // No subnet in the default network.
    case "MissingInput" where words.contains("subnet"): return .missing(.network)
    case "SignatureDoesNotMatch" where isOfClock(words), "InvalidSignatureException" where isOfClock(words):
      return .clockSkew(offset: nil)
    default: return nil
    }
  }

  private static func isOfClock(_ words: String) -> Bool {
    words.contains("signature expired") || words.contains("not yet current")
  }

  private static let byCode: [String: AWSError.Kind] = codes.reduce(into: [:]) { table, row in
    for code in row.codes { table[code] = row.kind }
  }

  /// Those that have their kind by name.
  static var knownCodes: [String] { codes.flatMap(\.codes) }

  private static let codes: [(kind: AWSError.Kind, codes: [String])] = [
    (
      .throttled,
      [
        "RequestLimitExceeded", "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled",
        "RequestThrottledException", "TooManyRequestsException", "EC2ThrottledException", "BandwidthLimitExceeded",
        "PriorRequestNotComplete", "SlowDown", "ConcurrentTagAccess",
      ]
    ),
    (
      .capacity,
      [
        "InsufficientInstanceCapacity", "InsufficientCapacity", "InsufficientHostCapacity",
        "InsufficientVolumeCapacity", "InsufficientReservedInstanceCapacity", "InsufficientReservedInstancesCapacity",
        "InsufficientCapacityOnHost", "InsufficientAddressCapacity", "InsufficientFreeAddressesInSubnet",
        "ReservationCapacityExceeded",
        "UnfulfillableCapacity", "SpotMaxPriceTooLow", "VolumeTypeNotAvailableInZone",
      ]
    ),
    (.quota, ["MaxSpotInstanceCountExceeded", "ResourceCountExceeded", "VolumeIOPSLimit"]),
    (
      .authentication,
      [
        "AuthFailure", "SignatureDoesNotMatch", "InvalidClientTokenId", "UnrecognizedClientException",
        "InvalidAccessKeyId", "IncompleteSignature", "InvalidSignatureException", "MissingAuthenticationToken",
        "MissingAuthenticationTokenException", "InvalidToken", "NotAuthorized",
      ]
    ),
    (.expiredCredentials, ["ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"]),
    (.clockSkew(offset: nil), ["RequestTimeTooSkewed", "RequestInTheFuture", "InvalidSecurity.RequestHasExpired"]),
    (.permission, ["UnauthorizedOperation", "AccessDenied", "AccessDeniedException"]),
    (.account, ["Blocked", "OptInRequired", "PendingVerification"]),
    (
      .missing(.image),
      ["InvalidAMIID.NotFound", "InvalidAMIID.Malformed", "InvalidAMIID.Unavailable", "InvalidAMIName.NotFound"]
    ),
    (.missing(.key), ["InvalidKeyPair.NotFound"]),
    (.missing(.zone), ["InvalidZone.NotFound", "InvalidAvailabilityZone"]),
    (.missing(.region), ["InvalidRegion"]),
    (.missing(.network), ["VPCIdNotSpecified", "DefaultVpcDoesNotExist", "InvalidSubnetID.NotFound", "InvalidSubnet"]),
    (
      .parameter,
      [
        "FilterLimitExceeded", "InvalidGroup.Reserved", "CannotDelete", "InvalidPlacementGroup.Unknown",
        "ValidationError", "MalformedQueryString", "NoSuchVersion", "LegacySecurityGroup",
      ]
    ),
    (.duplicate, ["InvalidGroup.Duplicate", "InvalidKeyPair.Duplicate", "InvalidPermission.Duplicate"]),
    (.dependency, ["DependencyViolation", "InvalidGroup.InUse", "ResourceInUse"]),
    (
      .incorrectState,
      [
        "IncorrectInstanceState", "InvalidInstanceState", "IncorrectState", "InvalidState", "OperationNotPermitted",
        "IncorrectStateException",
      ]
    ),
    (.tokenMismatch, ["IdempotentParameterMismatch"]),
    (.tokenTerminated, ["IdempotentInstanceTerminated"]),
    (.dryRunSucceeded, ["DryRunOperation"]),
    (
      .server,
      [
        "InternalError", "InternalFailure", "ServiceUnavailable", "Unavailable", "RequestTimeout",
        "RequestTimeoutException", "RetryableError",
      ]
    ),
  ]

  /// Codes that follow EC2's habits of naming.
  private static func byPattern(_ code: String, status: Int) -> AWSError.Kind {
    let has = { (endings: [String]) in endings.contains { code.hasSuffix($0) } }
    if has(["LimitExceeded", "LimitExceededException", "CountExceeded"]) { return .quota }
    if has([".NotFound", "NotFound", "NotFoundException"]) { return .notFoundYet }
    if has([".Duplicate", "AlreadyExists", "AlreadyExistsException"]) { return .duplicate }
    if has([".InUse", "InUse"]) { return .dependency }
    let beginnings = ["Invalid", "Missing", "Unknown", "Unsupported", "Malformed"]
    if has([".Malformed"]) || beginnings.contains(where: code.hasPrefix) { return .parameter }
    return status == 429 ? .throttled : .other
  }
}
