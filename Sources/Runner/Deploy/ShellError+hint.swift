import CloudUtil

extension ShellError {
  /// What to do about it, on a line of its own, where that is known; else empty.
  var hint: String {
    ["No space left on device", "no space left on device", "(28)"].contains(where: reason.contains)
      ? "\nits disk is full: make room there (or take a larger volume_gb), then launch again" : ""
  }
}
