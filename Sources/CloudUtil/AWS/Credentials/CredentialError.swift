/// Why requests to AWS cannot be signed. No text of it holds a secret.
public enum CredentialError: Error, Equatable, CustomStringConvertible {
  /// - Parameter lookedIn: every place, in order, and why it has none.
  case none(lookedIn: [String])
  /// A key without its secret, or the other way round.
  case incomplete(_ place: String, missing: String)
  /// A blank or a line break where none can be.
  case malformed(_ place: String, name: String)
  case unsupported(_ place: String, key: String, instead: String)
  /// The place that should give them was asked, in vain.
  case refused(_ place: String, reason: String)

  public var description: String {
    switch self {
    case .none(let places):
      "no AWS credentials; looked in\n" + places.map { "  \($0)\n" }.joined()
        + "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or type: aws configure"
    case .incomplete(let place, let missing): "\(place): incomplete AWS credentials: \(missing) is missing"
    case .malformed(let place, let name): "\(place): a blank or a line break in \(name): copy it again"
    case .unsupported(let place, let key, let instead): "\(place): credentials by \(key) are not supported; \(instead)"
    case .refused(let place, let reason): "\(place): no AWS credentials: \(reason)"
    }
  }
}
