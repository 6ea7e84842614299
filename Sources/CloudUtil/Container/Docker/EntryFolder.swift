/// The folder of a run from which its containers read, once, what nobody else may see: secrets and standard input.
///
/// It is in memory (tmpfs), for its user's eyes only, and named by the run, so that it is found again after a crash. Each
/// service has a folder in it, the only thing of it that its container sees, with files that the container deletes as
/// soon as it has read them.
public struct EntryFolder: Hashable, Sendable {
  var tag: ProcessTag
  var owner: RunOwner

  /// In memory on every Linux.
  static let parent = "/dev/shm"
  /// Where a container sees the folder of its service.
  static let target = "/run/run_exp"

  var path: String { EntryFolder.prefix(experiment: tag.experiment) + "\(EntryFolder.encoded(tag.run)).\(owner)" }

  func path(of service: String) -> String { "\(path)/\(EntryFolder.encoded(service))" }

  /// What the paths of all runs of `experiment` begin with.
  static func prefix(experiment: String) -> String { "\(prefix)\(encoded(experiment))." }

  /// What the paths of all runs begin with; they end with the owner, after a dot.
  public static let prefix = "\(parent)/run_exp."

  /// The owner in a path; nil if there is none.
  static func owner(of path: String) -> RunOwner? {
    let parts = path.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count >= 2 else { return nil }
    return RunOwner(parts.suffix(2).joined(separator: "."))
  }

  /// What a container runs first, with the program as its arguments.
  static let script = """
    # Made by run_exp: becomes the program, which gets its secrets from files that are read once and deleted.
    set -eu
    command -v "$1" >/dev/null || { echo "$1: no such executable in this image" >&2; exit 127; }
    [ ! -e \(target)/environment ] || . \(target)/environment
    [ ! -e \(target)/stdin ] || exec <\(target)/stdin
    rm -f \(target)/environment \(target)/stdin \(target)/enter
    # As one stream, since Docker does not keep the order of two.
    exec "$@" 2>&1

    """

  /// Makes the folders and files of `specs`. All of it goes in by standard input, since arguments can be seen.
  func write(_ specs: [ServiceSpec]) -> Command {
    var lines = [
      "set -eu", "umask 077", "mkdir -p -- \(Command.quoted(path))",
      // Somebody else may have made it, in a folder where everybody may make one.
      "[ -O \(Command.quoted(path)) ] && [ ! -L \(Command.quoted(path)) ]",
    ]
    for spec in specs {
      let folder = path(of: spec.name)
      lines.append("mkdir -p -- \(Command.quoted(folder))")
      if !spec.command.secrets.isEmpty {
        let exports = spec.command.secrets.sorted { $0.key < $1.key }
          .map { "export \($0.key)=\(Command.quoted($0.value.value))\n" }
        lines.append(EntryFolder.fill("\(folder)/environment", with: exports.joined()))
      }
      if let stdin = spec.command.stdin { lines.append(EntryFolder.fill("\(folder)/stdin", with: stdin.value)) }
      lines.append(EntryFolder.fill("\(folder)/enter", with: EntryFolder.script))
    }
    return Command("sh", ["-s"], stdin: Secret(lines.joined(separator: "\n") + "\n"))
  }

  /// Prints the paths of the files in `folders` that were not read yet; a folder that is not there has none.
  static func unread(_ folders: [String]) -> Command {
    let script = #"for folder; do [ ! -d "$folder" ] || find "$folder" -type f; done"#
    return Command("sh", ["-c", script, "sh"] + folders)
  }

  static func remove(_ folders: [String]) -> Command { Command("rm", ["-rf", "--"] + folders) }

  /// Prints the paths of all runs of `experiment` that belong to this user; only they can be removed.
  static func list(experiment: String) -> Command {
    let script = #"exec find "$1" -maxdepth 1 -type d -path "$2" -user "$(id -u)""#
    return Command("sh", ["-c", script, "sh", parent, prefix(experiment: experiment) + "*"])
  }

  private static func fill(_ path: String, with text: String) -> String {
    "printf %s \(Command.quoted(text)) >\(Command.quoted(path))"
  }

  /// `name` as a part of a path that no other name becomes: what is not a letter, digit or `-` as `_` and its code.
  static func encoded(_ name: String) -> String {
    name.utf8.map { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
        String(UnicodeScalar(byte))
      default: (byte < 16 ? "_0" : "_") + String(byte, radix: 16)
      }
    }.joined()
  }
}
