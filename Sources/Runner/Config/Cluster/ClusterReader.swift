import CloudUtil

/// Reads a cluster file. All problems are collected; a `ClusterFile` comes out only if there is none.
struct ClusterReader {
  let keys: Members
  let environment: [String: String]
  var problems: ProblemList

  /// - Throws: `InvalidClusterFile`.
  static func read(_ root: JSONNode, environment: [String: String]) throws(InvalidClusterFile) -> ClusterFile {
    var problems = ProblemList()
    let keys = Field(keyPath: "", node: root).members(
      known: ClusterKey.names, allowed: "keys and values, such as provider: ec2", problems: &problems)
    guard let keys else { throw InvalidClusterFile(problems: problems.problems) }
    var reader = ClusterReader(keys: keys, environment: environment, problems: problems)
    guard let file = reader.file(), reader.problems.problems.isEmpty else {
      throw InvalidClusterFile(problems: reader.problems.problems)
    }
    return file
  }

  /// nil, and a problem, if the provider cannot be told.
  private mutating func file() -> ClusterFile? {
    let provider = keys.required(ClusterKey.provider.rawValue, allowed: "\"ec2\", \"static\"", problems: &problems)?
      .choice(ClusterFile.Provider.self, problems: &problems)
    guard let provider else { return nil }
    for key in ClusterKey.allCases {
      guard let other = key.provider, other != provider, let field = optional(key) else { continue }
      problems.add(
        field, "without effect: only provider: \(other) has it, and this is \(provider); leave it out")
    }
    switch provider {
    case .ec2: return .ec2(ec2())
    case .static: return .static(staticSettings())
    }
  }

  // MARK: Shapes that several keys share

  /// nil if the key is missing or its value is null: the default then holds.
  func optional(_ key: ClusterKey) -> Field? { keys.optional(key.rawValue) }

  /// A string of which `isRight` is true.
  mutating func string(_ field: Field?, allowed: String, _ isRight: (String) -> Bool) -> String? {
    guard let field, let text = field.string(allowed: allowed, problems: &problems) else { return nil }
    guard isRight(text) else {
      problems.add(field, allowed: allowed)
      return nil
    }
    return text
  }

  mutating func onHostLoss() -> Inventory.HostLoss {
    optional(.on_host_loss)?.choice(Inventory.HostLoss.self, problems: &problems) ?? .stop
  }

  mutating func user(_ field: Field?) -> String? {
    // What a shell or an option would take for something else is no name.
    string(field, allowed: "the name of a user: a-z A-Z 0-9 . _ -, not beginning with '-'") {
      $0.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}/) != nil
    }
  }

  /// The path of a private key, `~/` resolved.
  mutating func key(_ field: Field?) -> String? {
    let path = string(field, allowed: "the path of a private key, without .pub") { !$0.hasSuffix(".pub") }
    return path.map(resolved)
  }

  /// `PARM_SSH_KEY` holds over the file's key, which is checked all the same.
  mutating func keyOfAll() -> String? {
    let key = key(optional(.key))
    guard let given = environment["PARM_SSH_KEY"], !given.isEmpty else { return key }
    return resolved(given)
  }

  private func resolved(_ path: String) -> String {
    guard path.hasPrefix("~/"), let home = environment["HOME"], !home.isEmpty else { return path }
    return home + path.dropFirst()
  }
}
