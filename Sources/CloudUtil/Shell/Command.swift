/// What is to be run on a host, as a value: built by pure functions, executed by a `RemoteShell` or a `ContainerEngine`.
public struct Command: Hashable, Sendable {
  /// A path, or a name to look up in `PATH`.
  public var executable: String
  /// Without the executable itself. Visible to everyone on the host, so never a secret.
  public var arguments: [String]
  /// Added to the environment that the host gives.
  public var environment: [String: String]
  /// Added to the environment as well, but never printed.
  public var secrets: [String: Secret]
  /// Given on standard input and never printed; without it the input is empty.
  public var stdin: Secret?

  public init(
    _ executable: String, _ arguments: [String] = [], environment: [String: String] = [:],
    secrets: [String: Secret] = [:], stdin: Secret? = nil
  ) {
    self.executable = executable
    self.arguments = arguments
    self.environment = environment
    self.secrets = secrets
    self.stdin = stdin
  }

  /// What is added to the environment, secrets included.
  var additions: [String: String] {
    environment.merging(secrets.mapValues(\.value)) { _, secret in secret }
  }
}

extension Command: CustomStringConvertible {
  /// One line for a transcript, quoted for a POSIX shell: `RUN=1 PASSWORD=<secret> worker --number 3 < (120 bytes)`.
  public var description: String {
    let additions = environment.mapValues(Command.quoted)
      .merging(secrets.mapValues(\.description)) { _, secret in secret }
    var words = additions.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    words += ([executable] + arguments).map(Command.quoted)
    if let stdin { words.append("< (\(stdin.value.utf8.count) bytes)") }
    return words.joined(separator: " ")
  }

  /// For an error: what is one line of the transcript, without the lines of a script in it, and its end if that is long.
  var brief: String {
    let words = description.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return words.count <= Command.briefLength ? words : words.prefix(Command.briefLength - 1) + "…"
  }

  /// Characters.
  private static let briefLength = 100

  /// `word` as a POSIX shell reads it back.
  static func quoted(_ word: String) -> String {
    let plain = word.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "_-./:=,@%+".utf8.contains(byte)
      }
    }
    if plain, !word.isEmpty { return word }
    return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
  }
}
