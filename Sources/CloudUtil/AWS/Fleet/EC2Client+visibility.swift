extension EC2Client {
  /// Makes a call about something that is known to exist, again and again while EC2 says that it does not: what was made a
  /// moment ago is not known everywhere.
  /// - Throws: as `send`; `AWSError` `notFoundYet` once `pace.visibility` is over.
  func sendUntilKnown<Request: EC2Request>(_ request: Request, pace: CloudPace) async throws -> Request.Response {
    let deadline = ContinuousClock.now + pace.visibility
    while true {
      do {
        return try await send(request)
      } catch let error as AWSError where error.mayTurnUp && ContinuousClock.now < deadline {
        try await Task.sleep(for: pace.poll)
      }
    }
  }

  /// Deletes a group that is known to have existed. Somebody else may have deleted it meanwhile.
  func deleteGroup(_ id: String, pace: CloudPace) async throws {
    do {
      try await sendUntilKnown(DeleteSecurityGroup(groupID: id), pace: pace)
    } catch let error as AWSError where error.kind == .notFoundYet {}
  }
}

extension AWSError {
  /// Codes about a rule of a security group that is known.
  enum RuleCode: String {
    case ruleExists = "InvalidPermission.Duplicate"
    /// Of a rule that was seen: it has been removed.
    case noSuchRule = "InvalidPermission.NotFound"
  }

  /// Whether what EC2 does not know may be known in a moment.
  fileprivate var mayTurnUp: Bool { kind == .notFoundYet && code != RuleCode.noSuchRule.rawValue }
}
