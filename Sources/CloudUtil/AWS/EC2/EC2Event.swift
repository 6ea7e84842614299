/// What an `EC2Client` tells while it works.
public enum EC2Event: Equatable, Sendable {
  /// `attempt` counts from 1 in each call.
  case sending(action: String, attempt: Int)
  case answered(action: String, status: Int, requestID: String?)
  /// The call is sent again after `wait`.
  case waiting(AWSError, wait: Duration)
}

extension EC2Event: CustomStringConvertible {
  public var description: String {
    switch self {
    case .sending(let action, let attempt): attempt == 1 ? action : "\(action), attempt \(attempt)"
    case .answered(let action, let status, let id):
      "\(action): HTTP status \(status)" + (id.map { " (request \($0))" } ?? "")
    case .waiting(let error, let wait): "\(error.reason), trying again in \(EC2Event.seconds(wait)) s"
    }
  }

  /// To a tenth of a second.
  private static func seconds(_ wait: Duration) -> String {
    let (seconds, attoseconds) = wait.components
    let tenths = seconds * 10 + (attoseconds + 50_000_000_000_000_000) / 100_000_000_000_000_000
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
  }
}

extension AWSError {
  fileprivate var reason: String {
    switch kind {
    case .throttled: "\(action): throttled"
    default: description
    }
  }
}
