import CloudUtil

/// Brings images to the hosts that lack them. Pure: what is asked and what is run.
enum ImageCarrier {
  /// Prints a line `<name> <id>` for each of `images` that a host has.
  static func list(_ images: [String]) -> Command {
    let script = #"""
      for image; do
        id=$(docker image inspect --format '{{.Id}}' "$image" 2>/dev/null) && echo "$image $id"
      done
      :
      """#
    return Command("sh", ["-c", script, "sh"] + images)
  }

  /// The ids by name, of what `list` prints.
  static func ids(_ text: String) -> [String: String] {
    var ids: [String: String] = [:]
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      if words.count == 2 { ids[words[0]] = words[1] }
    }
    return ids
  }

  /// Those of `wanted` that a host has not got, or in another version.
  static func missing(_ wanted: [String: String], at there: [String: String]) -> [String] {
    wanted.filter { there[$0.key] != $0.value }.map(\.key).sorted()
  }

  /// Carries `images` to the host that `ssh` reaches.
  /// - Parameters:
  ///   - ssh: the words that run a command there.
  ///   - isFar: whether it is worth the time to compress: between machines of a cluster it is not.
  static func carry(_ images: [String], ssh: [String], isFar: Bool) -> Command {
    let script = #"""
      set -eu -o pipefail
      count=$1
      shift
      images=("${@:1:$count}")
      shift "$count"
      docker save "${images[@]}" | %PACK "$@" '%UNPACK docker load -q'
      """#
      .replacing("%PACK", with: isFar ? "gzip -1 |" : "").replacing("%UNPACK", with: isFar ? "gunzip |" : "")
    return Command("bash", ["-c", script, "bash", String(images.count)] + images + ssh)
  }
}
