import Glibc

/// Files travel as tar archives over standard input and output, in pieces. They are unpacked beside their place and moved there
/// when all of them have come, so that what is there is never a part. Modes, times and links are kept; the files belong to who
/// unpacks them. A folder that is already there keeps what the other one has not.
extension SSHShell {
  /// - Throws: `ShellError`, `CancellationError`. What was at `remote` is still there then.
  public func upload(_ local: String, to remote: String, deadline: ContinuousClock.Instant) async throws {
    let source = TarredFile(path: local, isFolder: TarredFile.isFolder(local))
    try await staged(at: remote, of: source, on: self, deadline: deadline) { stage in
      let unpack = stage.unpack
      let messages = GatheredOutput(limit: 1 << 20)
      let termination = try await execute(
        unpack, deadline: deadline,
        feed: { write in
          // When nobody reads any more, the other side says why.
          let output = try await LocalShell().stream(source.pack, deadline: deadline) { bytes in
            try await write(bytes) ? .goOn : .enough
          }
          guard try await write([]) else { return }
          try TarredFile.requirePacked(output, by: source.pack, on: "localhost")
        }
      ) { try messages.add($0, of: unpack, host: self.host) }
      guard termination.isSuccess else { throw ShellError.failed(unpack, host: host, messages.output(termination)) }
    }
  }

  /// - Throws: `ShellError`, `CancellationError`. What was at `local` is still there then.
  public func download(_ remote: String, to local: String, deadline: ContinuousClock.Instant) async throws {
    let probe = Command("sh", ["-c", #"[ -d "$1" ] && [ ! -L "$1" ]"#, "sh", remote])
    let source = TarredFile(
      path: remote, isFolder: try await run(probe, deadline: deadline).termination.isSuccess)
    let here = LocalShell()
    try await staged(at: local, of: source, on: here, deadline: deadline) { stage in
      let output = try await here.run(stage.unpack, deadline: deadline) { write in
        let messages = GatheredOutput(limit: 1 << 20)
        let termination = try await self.execute(source.pack, deadline: deadline) { piece in
          switch piece.stream {
          case .stdout: return try await write(piece.bytes) ? .goOn : .enough
          case .stderr: return try messages.add(piece, of: source.pack, host: self.host)
          }
        }
        try TarredFile.requirePacked(messages.output(termination), by: source.pack, on: self.host)
      }
      guard output.termination.isSuccess else { throw ShellError.failed(stage.unpack, host: here.host, output) }
    }
  }

  /// Has `fill` unpack `source` beside `path`, where `shell` runs, and moves it there.
  private func staged(
    at path: String, of source: TarredFile, on shell: any RemoteShell, deadline: ContinuousClock.Instant,
    _ fill: (TarStage) async throws -> Void
  ) async throws {
    let stage = TarStage(target: path, source: source, nonce: SSHShell.nonce())
    do {
      try await fill(stage)
      try await shell.require(stage.commit, deadline: deadline)
    } catch {
      _ = try? await shielded { try await shell.run(stage.discard, deadline: .now + .seconds(5)) }
      throw error
    }
  }
}

/// A file or folder on its way through tar.
struct TarredFile: Sendable {
  var path: String
  var isFolder: Bool

  /// Whether `path` is a folder of this machine, and no link to one.
  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Prints its archive.
  var pack: Command {
    let (folder, name) = isFolder ? (path, nil) : TarredFile.split(path)
    // Other formats cut fractions of seconds off.
    return Command("tar", ["--format=posix", "-C", folder, "-cf", "-", name.map { "./\($0)" } ?? "."])
  }

  /// tar says 1 if a file changed while it was read, as a log does: that is a copy of it all the same.
  /// - Throws: `ShellError.failed`.
  static func requirePacked(_ output: Output, by command: Command, on host: String) throws {
    guard output.termination == .exited(0) || output.termination == .exited(1) else {
      throw ShellError.failed(command, host: host, output)
    }
  }

  /// The folder that `path` is in, and its name there.
  static func split(_ path: String) -> (folder: String, name: String) {
    var trimmed = path[...]
    while trimmed.count > 1, trimmed.last == "/" { trimmed.removeLast() }
    guard let slash = trimmed.lastIndex(of: "/") else { return (".", String(trimmed)) }
    let folder = trimmed[..<slash]
    return (folder.isEmpty ? "/" : String(folder), String(trimmed[trimmed.index(after: slash)...]))
  }
}

/// Where an archive is unpacked before it is moved to its place.
struct TarStage: Sendable {
  private let target: String
  private let above: String
  private let folder: String
  private let whole: String

  /// - Parameter nonce: that nobody else has.
  init(target: String, source: TarredFile, nonce: String) {
    let (above, name) = TarredFile.split(target)
    let place = above == "/" ? "" : above
    self.target = "\(place)/\(name)"
    self.above = above
    folder = "\(place)/.run_exp-\(nonce)"
    whole = "\(folder)/whole" + (source.isFolder ? "" : "/\(TarredFile.split(source.path).name)")
  }

  /// Reads the archive and makes the folders above the target. It does not end before its input does: who writes that then knows
  /// whether the archive is whole.
  var unpack: Command {
    let script = #"""
      mkdir -p -- "$1" && mkdir -m 700 -- "$2" && mkdir -- "$2/whole" || exit
      tar -C "$2/whole" --no-same-owner -xpf - || exit
      exec cat >/dev/null
      """#
    return Command("sh", ["-c", script, "sh", above, folder])
  }

  /// Moves what was unpacked to its place.
  var commit: Command {
    let script = #"""
      if [ -d "$1" ] && [ ! -L "$1" ] && [ -d "$2" ] && [ ! -L "$2" ]; then
        cp -alfT -- "$1" "$2" 2>/dev/null || cp -afT -- "$1" "$2" || exit
      else
        mv -fT -- "$1" "$2" || exit
      fi
      rm -rf -- "$3"
      """#
    return Command("sh", ["-c", script, "sh", whole, target, folder])
  }

  /// Leaves nothing of it.
  var discard: Command { Command("rm", ["-rf", "--", folder]) }
}
