import CloudUtil

extension ShellError {
  /// What to do about it, on a line of its own, where that is known; else empty.
  /// - Parameter isPull: something was to come to this machine.
  func hint(isPull: Bool = false) -> String {
    if ["No space left on device", "no space left on device", "(28)"].contains(where: reason.contains) {
      return isPull
        ? "\nthe disk of this machine is full: make room here, then give the same command again"
        : "\nits disk is full: make room there (or take a larger volume_gb), then launch again"
    }
    // rsync's question, when something else than its own words came first.
    if reason.contains("is your shell clean") {
      return
        "\nits login shell prints something where there is no terminal, most likely in ~/.bashrc, and that gets into "
        + "rsync's way: let it be silent then"
    }
    return ""
  }
}
