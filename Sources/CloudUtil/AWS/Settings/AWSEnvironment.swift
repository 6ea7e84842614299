/// What AWS's tools are configured by: environment variables, and the files they point to.
public struct AWSEnvironment: Sendable, Confidential {
  public var variables: [String: String]
  /// The content of the file of this path; nil if there is none.
  public var read: @Sendable (String) throws -> [UInt8]?

  public init(variables: [String: String], read: @escaping @Sendable (String) throws -> [UInt8]?) {
    self.variables = variables
    self.read = read
  }

  /// The value of a variable; an empty one counts as not set.
  public func value(_ name: String) -> String? {
    variables[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The first of these variables that is set.
  func first(of names: String...) -> (name: String, value: String)? {
    for name in names {
      if let value = value(name) { return (name, value) }
    }
    return nil
  }

  /// Whether a variable says `true`, in whatever case.
  func isTrue(_ name: String) -> Bool { value(name)?.lowercased() == "true" }

  /// `path` with the home folder for a leading `~`, where that is known.
  func expanded(_ path: String) -> String {
    guard path == "~" || path.hasPrefix("~/"), let home = value("HOME") else { return path }
    return home + path.dropFirst()
  }
}
