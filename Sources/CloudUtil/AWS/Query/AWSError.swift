/// Why a call of AWS failed.
public struct AWSError: Error, Equatable, Sendable {
  /// What is to be done about it.
  public var kind: Kind
  /// As `RunInstances`.
  public var action: String
  /// AWS's own, as `InsufficientInstanceCapacity`; nil if the reply has none.
  public var code: String?
  /// AWS's words, or why the reply cannot be read. Cut where it is long; never a secret.
  public var message: String
  /// By which AWS's support finds the call.
  public var requestID: String?
  /// Of the HTTP response; nil if there was none.
  public var status: Int?
  /// An earlier try of the same call got no reply, or a server's error, so it may have been carried out: a `.duplicate` may
  /// be what that try made, a `.notFoundYet` what it deleted.
  public var followsLostReply = false

  public init(
    kind: Kind, action: String, code: String? = nil, message: String, requestID: String? = nil, status: Int? = nil
  ) {
    self.kind = kind
    self.action = action
    self.code = code
    self.message = message
    self.requestID = requestID
    self.status = status
  }

  /// Each has a conduct of its own.
  public enum Kind: Equatable, Sendable {
    /// Too many calls: back off and send the same again.
    case throttled
    /// The zone has no such machine now, or never offers it: go to the next zone, come back later.
    case capacity
    /// The account may not have more of it: stop. No zone and no waiting helps.
    case quota
    /// Not known, which may be because it was made a moment ago: ask again for a while, then believe it.
    case notFoundYet
    /// The access key is unknown, or the signature does not fit: stop, the credentials are wrong.
    case authentication
    /// Temporary credentials ceased to hold: get new ones and send the same again.
    case expiredCredentials
    /// This machine's clock is ahead of AWS's by `offset` (behind, if negative; nil if AWS did not say its time): set it.
    case clockSkew(offset: Duration?)
    /// The credentials are right, but may not do this: ask for the permission `ec2:<action>`.
    case permission
    /// The account is blocked, not verified or not subscribed: stop, only AWS's support helps.
    case account
    /// What the request builds upon does not exist here: correct the configuration.
    case missing(Resource)
    /// The request itself is wrong: correct it.
    case parameter
    /// It exists already: look at it, and take it or another name.
    case duplicate
    /// Something else still uses it: remove that first, or wait until it is gone.
    case dependency
    /// It is not in a state in which this can be done, or protected against it: look at it.
    case incorrectState
    /// The client token was used with other parameters: another token, after looking for what the token made.
    case tokenMismatch
    /// What the client token made is terminated: another token.
    case tokenTerminated
    /// `DryRun`: the call would have succeeded. No failure.
    case dryRunSucceeded
    /// An error of AWS's (5xx): back off and send the same again. It may have been done.
    case server
    /// The request was never sent: nothing was done.
    case unreachable(HTTPError)
    /// The request may have arrived, its reply did not: send the same again if that is harmless, else look for what it did.
    case lostReply(HTTPError)
    /// A reply that is not AWS's, or lacks what it must have: stop. The call may have been carried out.
    case malformedReply
    /// A code that is not known here: stop.
    case other
  }

  public enum Resource: String, Hashable, Sendable {
    case image, key, zone, region, network
  }
}

extension AWSError: CustomStringConvertible {
  /// `RunInstances: InsufficientInstanceCapacity: ... (request 1234)`.
  public var description: String {
    let what = [action, code ?? status.map { "HTTP status \($0)" }, explanation].compactMap(\.self)
    let id = requestID.map { " (request \($0))" } ?? ""
    // What only asks does nothing, however often it is carried out.
    let lost = followsLostReply && !action.hasPrefix("Describe") ? "; an earlier try may have been carried out" : ""
    return what.joined(separator: ": ") + id + lost
  }

  private var explanation: String? {
    switch kind {
    case .clockSkew(let offset?):
      let seconds = offset.components.seconds
      return "this machine's clock is \(abs(seconds)) s \(seconds > 0 ? "ahead of" : "behind") AWS's"
    case .permission:
      // Another than that of the call, where it also tags or passes on what it makes.
      let named = message.firstMatch(of: /not authorized to perform: ([A-Za-z0-9-]+:[A-Za-z0-9]+)/)?.1
      let lacking = named.map(String.init) ?? "ec2:\(action)"
      return "the credentials lack the permission \(lacking)" + (message.isEmpty ? "" : ": \(message)")
    default: return message.isEmpty ? nil : message
    }
  }
}
