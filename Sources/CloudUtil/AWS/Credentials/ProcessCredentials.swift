/// A program of the user's own that prints credentials: `credential_process` of a profile.
struct ProcessCredentials: Confidential {
  /// The program and its arguments, as for a shell.
  let line: String
  /// Where that stands. Errors say this and never the line, nor what the program prints: both may hold secrets.
  let place: String
  let shell: any RemoteShell

  /// - Throws: `CredentialError`, `CancellationError`.
  func run() async throws -> AWSCredentials {
    guard let words = ShellWords.split(line), let executable = words.first else {
      throw CredentialError.refused(place, reason: "not a command with its quotes closed")
    }
    let output: Output
    do {
      output = try await shell.run(Command(executable, Array(words.dropFirst())), deadline: .now + .seconds(60))
    } catch let error as ShellError {
      throw CredentialError.refused(place, reason: ProcessCredentials.reason(of: error))
    }
    guard output.termination.isSuccess else {
      throw CredentialError.refused(place, reason: "it failed with \(output.termination); type it to see why")
    }
    let reply = try CredentialReply(Array(output.stdout.utf8), from: place)
    guard reply.version == 1 else {
      throw CredentialError.refused(place, reason: "it does not print \"Version\": 1")
    }
    return try reply.credentials(from: place)
  }

  private static func reason(of error: ShellError) -> String {
    switch error {
    case .notStarted, .unreached: "it cannot be started"
    case .timedOut: "it was not done in 60 s and was killed"
    case .failed, .lost: "it could not be followed to its end"
    }
  }
}
