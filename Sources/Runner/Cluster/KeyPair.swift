import CloudUtil
import Foundation

/// Makes and reads ssh keys, as OpenSSH does.
enum KeyPair {
  private static let patience: Duration = .seconds(10)

  /// Makes an ed25519 key without a passphrase, unless there is one: under its name at once and whole, so that whoever is
  /// faster keeps it.
  /// - Parameter path: of the private key; the public one has `.pub` after it. Its folder has to exist.
  static func make(at path: String, comment: String) async throws {
    guard !FileManager.default.fileExists(atPath: path) else { return }
    let draft = "\(path).\(randomHex(bytes: 6))"
    defer { for path in [draft, "\(draft).pub"] { unlink(path) } }
    try await keygen(["-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", draft], of: path)
    guard link(draft, path) == 0 || errno == EEXIST else {
      throw Failure(exitCode: .infrastructure, "\(path): cannot be made: \(String(cString: strerror(errno)))")
    }
  }

  /// The public half of the private key at `path`, on one line.
  static func publicLine(of path: String) async throws -> String {
    // An empty passphrase, so that nobody is asked for one.
    try await keygen(["-y", "-P", "", "-f", path], of: path).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  @discardableResult
  private static func keygen(_ arguments: [String], of path: String) async throws -> String {
    let output: Output
    do {
      output = try await LocalShell().run(Command("ssh-keygen", arguments), deadline: .now + patience)
    } catch ShellError.notStarted {
      throw Failure(exitCode: .infrastructure, "there is no ssh-keygen in PATH; apt-get install openssh-client")
    }
    guard output.termination.isSuccess else {
      // ssh-keygen ends its lines with CR LF, which is one character.
      let reason = output.stderr.split(whereSeparator: \.isNewline).last.map(String.init) ?? "\(output.termination)"
      throw Failure(
        exitCode: .config,
        "\(path): cannot be used as a private key: \(reason); run_exp needs an ed25519 key without a passphrase: "
          + "see PARM_SSH_KEY, or key in the cluster file")
    }
    return output.stdout
  }
}
