import CloudUtil

/// How programs and images are made on the frontend's host. Pure.
enum RemoteBuild {
  /// Builds in release, with the host's own toolchain or, where it has none, in a container of `builder`.
  static func command(_ folder: ClusterFolder, builder: String) -> Command {
    let script = #"""
      set -eu
      cd "$1"
      if command -v swift >/dev/null; then
        Scripts/install-dependencies >&2
        exec Scripts/build --release
      fi
      # Of a launch that was lost sight of.
      docker rm --force "$3" >/dev/null 2>&1 || true
      exec docker run --rm --init --name "$3" --volume "$1:$1" --workdir "$1" --env HOME=/tmp "$2" sh -c '
        apt-get -q update >&2 && Scripts/install-dependencies >&2 && Scripts/build --release
        status=$?
        chown -R "$0" .build
        exit $status' "$(id -u):$(id -g)"
      """#
    return Command("sh", ["-c", script, "sh", folder.source, builder, folder.builder])
  }

  static func images(_ folder: ClusterFolder) -> Command {
    Command(
      "sh",
      [
        "-c",
        // What makes a base where no registry answers.
        #"""
        cd "$1" || exit
        if [ "$(id -u)" = 0 ]; then root=; else root='sudo -n'; fi
        command -v debootstrap >/dev/null || $root apt-get install -y -q debootstrap >/dev/null 2>&1
        exec Scripts/images
        """#, "sh", folder.source,
      ],
      environment: ["RUN_EXP_CACHE": folder.cache])
  }

  /// The compiler's own words, or else the last ones.
  static func message(in output: String) -> String {
    let lines = output.split(whereSeparator: \.isNewline).map(String.init)
    let errors = lines.filter { $0.contains("error:") }
    return (errors.isEmpty ? Array(lines.suffix(8)) : Array(errors.prefix(8))).joined(separator: "\n")
  }
}
