/// Why it is not known where to ask AWS, and as whom.
public enum AWSSettingsError: Error, Equatable, CustomStringConvertible {
  case unreadable(_ path: String, reason: String)
  /// The text names the line, but does not quote it.
  case malformed(_ path: String, line: Int, reason: String)
  case noSuchProfile(_ name: String, variable: String, lookedIn: [String], known: [String])
  case noRegion(lookedIn: [String])
  /// - Parameter source: who said so: a variable, a file, or the caller.
  case badRegion(_ text: String, source: String)
  case badEndpoint(source: String, reason: String)

  static func malformed(_ path: String, _ error: INIFile.Malformed) -> AWSSettingsError {
    .malformed(path, line: error.line, reason: error.reason)
  }

  public var description: String {
    switch self {
    case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
    case .malformed(let path, let line, let reason): "\(path):\(line): \(reason)"
    case .noSuchProfile(let name, let variable, let paths, let known):
      "\(variable): no profile \"\(name)\" in \(paths.joined(separator: " or "))"
        + (known.isEmpty ? "; they have none" : "; there is \(known.joined(separator: ", "))")
        + ". Name another, or make it: aws configure --profile \(Command.quoted(name))"
    case .noRegion(let places):
      "no AWS region: looked at \(places.joined(separator: ", ")). Set AWS_REGION, for instance to us-east-1"
    case .badRegion(let text, let source): "\(source): \"\(text)\" is no AWS region; one is us-east-1"
    case .badEndpoint(let source, let reason):
      "\(source): no endpoint: \(reason); one is https://ec2.us-east-1.amazonaws.com"
    }
  }
}
