extension DockerHost {
  /// How long after the end of a container the daemon may take to learn that its memory was exhausted, if it ever does: the
  /// kernel forgets the container's control group, and with it the reason, as soon as nothing runs in it.
  private static let memoryPatience: Duration = .milliseconds(500)

  /// `containers`, of those that failed also with what the kernel knows of their memory, or the daemon learns late.
  func withMemoryCauses(_ containers: [InspectedContainer]) async throws -> [InspectedContainer] {
    var containers = containers
    guard containers.contains(where: \.mayHaveRunOutOfMemory) else { return containers }
    if let kills = try await kernelsKills() {
      for index in containers.indices where containers[index].mayHaveRunOutOfMemory {
        containers[index].ranOutOfMemory = kills.contains { $0.contains(containers[index].id) }
      }
      return containers
    }
    let deadline = ContinuousClock.now + DockerHost.memoryPatience
    while ContinuousClock.now < deadline {
      let open = containers.filter(\.mayHaveRunOutOfMemory).map(\.id)
      if open.isEmpty { break }
      try await Task.sleep(for: .milliseconds(50))
      let news = Dictionary(try await self.containers(open).map { ($0.id, $0) }) { first, _ in first }
      containers = containers.map { news[$0.id] ?? $0 }
    }
    return containers
  }

  /// The lines of the kernel's log about processes that it killed for memory, which name their control groups and with
  /// them their containers; nil if this user may not read it.
  private func kernelsKills() async throws -> [Substring]? {
    let script = "log=$(dmesg 2>/dev/null) || exit 1; printf '%s\\n' \"$log\" | grep -F oom-kill: || true"
    let output = try await attempt(Command("sh", ["-c", script]))
    return output.termination.isSuccess ? output.stdout.split(separator: "\n") : nil
  }
}

extension InspectedContainer {
  /// Whether it failed in a way that exhausted memory explains, and nobody has said yet.
  fileprivate var mayHaveRunOutOfMemory: Bool {
    guard !isRunning, !ranOutOfMemory else { return false }
    return termination == .signalled(9) || memoryLimit_bytes > 0 && !termination.isSuccess
  }
}
