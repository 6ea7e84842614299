import CloudUtil

/// How programs and images are made on the frontend's host. Pure.
enum RemoteBuild {
  /// Builds in release, and gathers what images are made of: with the host's own toolchain or, where it has none, in a
  /// container, whose libraries stay where the host lacks them.
  static func command(_ folder: ClusterFolder, builder: Builder) -> Command {
    let script = #"""
      set -eu
      cd "$1"
      # Programs that were brought there before lie where the build has a link.
      [ -L .build/release ] || rm -rf .build/release
      if command -v swift >/dev/null; then
        Scripts/install-dependencies >&2
        Scripts/build --release
        exec Scripts/images --gather "$4"
      fi
      # Of a launch that was lost sight of.
      docker rm --force "$3" >/dev/null 2>&1 || true
      docker image inspect "$2" >/dev/null 2>&1 || docker pull -q "$2" >&2 || exit 90
      docker run --rm --init --name "$3" --volume "$1:$1" --workdir "$1" --env HOME=/tmp "$2" sh -c '
        apt-get -q update >&2 && Scripts/install-dependencies >&2 && Scripts/build --release &&
          Scripts/images --gather "$1" && rm -rf .build/libraries && mkdir .build/libraries &&
          ldd .build/release/run_exp | sed -n "s|.*=> \(/[^ ]*\).*|\1|p" | xargs cp -L -t .build/libraries
        status=$?
        chown -R "$0" .build
        exit $status' "$(id -u):$(id -g)" "$4"
      for library in $(ldd .build/release/run_exp | sed -n 's/^[[:space:]]*\(.*\) => not found$/\1/p'); do
        cp ".build/libraries/$library" .build/release/
      done
      """#
    return Command("sh", ["-c", script, "sh", folder.source, builder.image, folder.builder, folder.gathered])
  }

  /// How `command` exits where the host has no toolchain, and the builder's image cannot be had; docker says why.
  static let lacksBuilder = Termination.exited(90)

  /// In what a host without a toolchain builds.
  struct Builder: Equatable, Sendable {
    /// Of the container.
    var image: String
    /// Of the images of what is built in it, in which that has to run; nil: the usual, Debian 12.
    var base: String?

    static let variable = "RUN_EXP_BUILDER_IMAGE"

    /// - Parameters:
    ///   - platform: of the host (`debian 12 x86_64`), on which run_exp itself has to run: it must not be older than the
    ///     builder.
    ///   - named: by the operator.
    init(for platform: String, named: String?) {
      let isOlder = named == nil && platform.hasPrefix("ubuntu 22.04 ")
      image = named ?? (isOlder ? "swift:6.2-jammy" : "swift:6.2-bookworm")
      base = isOlder ? "ubuntu:22.04" : nil
    }
  }

  /// Makes images of what was gathered.
  /// - Parameter bases: variables of the environment that name others than the usual.
  static func images(_ folder: ClusterFolder, bases: [String: String]) -> Command {
    Command(
      "sh",
      [
        "-c",
        // What makes a base where no registry answers.
        #"""
        cd "$1" || exit
        PATH=$PATH:/usr/sbin:/sbin
        if [ "$(id -u)" = 0 ]; then root=; else root='sudo -n'; fi
        if ! command -v debootstrap >/dev/null; then
          for verb in 'update' 'install -y -q --no-install-recommends debootstrap'; do
            $root apt-get -q -o DPkg::Lock::Timeout=180 $verb >/dev/null
          done
        fi
        exec Scripts/images --gathered "$2"
        """#, "sh", folder.source, folder.gathered,
      ],
      environment: bases.merging(["RUN_EXP_CACHE": folder.cache]) { $1 })
  }

  /// The compiler's own words, each once: those that name file, line and column; where there are none, what else is called
  /// an error, or else the last lines.
  static func message(in output: String) -> String {
    let lines = output.split(whereSeparator: \.isNewline)
    let errors = lines.filter { $0.contains("error:") }
    // Not those that point into a shown line of code, behind `|`.
    let located = errors.filter { $0.prefixMatch(of: #/[^|]*:\d+:\d+: (fatal )?error: /#) != nil }
    var seen: Set<Substring> = []
    let distinct = (located.isEmpty ? errors : located).filter { seen.insert($0).inserted }
    return (distinct.isEmpty ? lines.suffix(8) : distinct.prefix(8)).joined(separator: "\n")
  }
}
