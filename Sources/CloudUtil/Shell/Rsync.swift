/// What rsync is asked: commands for this machine that bring a folder to a host or from it, sending only what differs. Pure.
///
/// Files come into place together when all have arrived (`--delay-updates`); what was broken off is taken up again
/// (`--partial`). Paths are read as rsync reads them: with `/` at the end it is what is in the folder, without it the folder.
public struct Rsync: Hashable, Sendable {
  /// How the host is reached.
  public var ssh: OpenSSH
  /// Deletes in the target what the source has not. What the filters exclude stays.
  public var deletes = false
  /// In rsync's language, the first that matches decides: `- *.o`, `:- .gitignore`.
  public var filters: [String] = []
  /// Compares contents, rather than sizes and times.
  public var comparesContents = false
  /// Transfers nothing, and prints a line for each file that it would (`--itemize-changes`: those that begin with `>f`).
  public var onlyLists = false
  /// Takes what links lead to in their place.
  public var followsLinks = false
  /// Only these, relative to the source.
  public var files: [String]?
  /// Seconds without a byte after which it gives up.
  public var timeout_s = 180

  public init(by ssh: OpenSSH) { self.ssh = ssh }

  /// Brings `local` to `remote`. The folder above must be there.
  public func push(from local: String, to remote: String) -> Command {
    command(Rsync.here(local), there(remote))
  }

  /// Brings `remote` to `local`. The folder above must be there.
  public func pull(from remote: String, to local: String) -> Command {
    command(there(remote), Rsync.here(local))
  }

  /// Whether it may come through the next time although nobody changes anything: the connection broke, the host was silent, or
  /// files went away meanwhile. What has come is not sent again.
  public static func mayPass(_ output: Output) -> Bool {
    // Of rsync's exit statuses: socket, protocol data stream, vanished files, two of time; 255 is ssh's own.
    guard case .exited(let status) = output.termination, [10, 12, 24, 30, 35, 255].contains(status) else {
      return false
    }
    let lasting = ["No space left on device", "(28)", "Permission denied", "verification failed", "not found"]
    return !lasting.contains(where: output.stderr.contains)
  }

  private func command(_ source: String, _ target: String) -> Command {
    var words = [
      "-a", "--no-owner", "--no-group", "--partial", "--delay-updates", "--protect-args", "--timeout=\(timeout_s)",
    ]
    if comparesContents { words.append("--checksum") }
    if followsLinks { words += ["--copy-links", "--no-implied-dirs"] }
    if onlyLists { words += ["--dry-run", "--itemize-changes"] }
    if deletes { words.append("--delete") }
    words += filters.map { "--filter=\($0)" }
    if files != nil { words += ["--from0", "--files-from=-"] }
    words += ["--rsh=" + ssh.command.map(Rsync.quoted).joined(separator: " "), "--", source, target]
    return Command("rsync", words, stdin: files.map { Secret($0.map { $0 + "\0" }.joined()) })
  }

  private func there(_ path: String) -> String {
    let address = ssh.destination.address
    return (address.contains(":") ? "[\(address)]" : address) + ":" + path
  }

  /// A path of this machine that cannot be taken for one of a host.
  private static func here(_ path: String) -> String { path.hasPrefix("/") ? path : "./" + path }

  /// `word` as rsync reads it in `--rsh`, which knows quotes, doubled within, and no backslash.
  private static func quoted(_ word: String) -> String {
    Command.quoted(word) == word ? word : "'" + word.replacing("'", with: "''") + "'"
  }
}
