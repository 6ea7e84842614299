extension DockerEngine {
  /// CPU time of all processes of the container since it started; memory of those that run.
  public func stats(_ name: String) async throws -> ServiceStats {
    let pid = try await pid(of: name)
    let output = try await docker.attempt(DockerCommands.stats(container: service(name).id, pid: pid))
    guard output.termination.isSuccess, let stats = ServiceStats(text: output.stdout) else {
      _ = try await inspect(name)
      throw ContainerError.unsupported(
        "its processes cannot be looked into: \(DockerProblem.message(in: output.stderr))", service: name)
    }
    return stats
  }

  /// Of the first process of the container. Those of all services are asked for at once.
  func pid(of name: String) async throws -> Int32 {
    if let pid = try service(name).pid { return pid }
    let ids = state.withLock { $0.services.values.map(\.id) }
    for container in try await docker.containers(ids) where container.isRunning {
      state.withLock { $0.services[container.name]?.pid = container.pid }
    }
    guard let pid = try service(name).pid else { return try await inspect(name).pid }
    return pid
  }
}

extension DockerCommands {
  /// Kills a process of the host if it is the container's still.
  static func kill(container: String, pid: Int32) -> Command {
    Command("sh", ["-c", #"grep -qF "$1" "/proc/$2/cgroup" && kill -9 "$2""#, "sh", container, String(pid)])
  }

  /// Kills all processes of a container.
  /// - Parameter pid: of its first one, as the host sees it.
  static func killAll(container: String, pid: Int32) -> Command {
    let script =
      findGroup + #"""
        kill -9 $(cat "$folder/cgroup.procs")
        """#
    return Command("sh", ["-c", script, "sh", container, String(pid)])
  }

  /// Prints CPU time in nanoseconds, then resident and highest resident memory in kibibytes.
  ///
  /// `docker stats` takes two seconds and knows neither CPU time nor the highest, so this looks into the container's
  /// control group, version 1 or 2, and into its processes.
  static func stats(container: String, pid: Int32) -> Command {
    Command("sh", ["-c", script, "sh", container, String(pid)])
  }

  /// Finds the folder of the control group of a container and its first process, version 1 or 2, or fails: it has ended.
  private static let findGroup = #"""
    set -eu
    group=$(grep -F "${1:?}" "/proc/$2/cgroup") || { echo "it has ended" >&2; exit 1; }
    path=$(printf '%s\n' "$group" | sed -n 's/^[0-9]*:\([^:]*,\)\{0,1\}cpuacct\(,[^:]*\)\{0,1\}://p')
    if [ -n "$path" ]; then
      folder=/sys/fs/cgroup/cpuacct$path
    else
      folder=/sys/fs/cgroup$(printf '%s\n' "$group" | sed -n 's/^0:://p')
    fi

    """#

  private static let script =
    findGroup + #"""
      if [ -n "$path" ]; then
        cpu=$(cat "$folder/cpuacct.usage")
      else
        cpu=$(awk '$1 == "usage_usec" { printf "%.0f", $2 * 1000 }' "$folder/cpu.stat")
      fi
      for pid in $(cat "$folder/cgroup.procs"); do cat "/proc/$pid/status" 2>/dev/null || true; done |
        awk -v cpu="$cpu" '$1 == "VmRSS:" { now += $2 } $1 == "VmHWM:" { most += $2 }
          END { printf "%s %d %d\n", cpu, now, most }'
      """#
}

extension ServiceStats {
  /// From the output of `DockerCommands.stats`.
  fileprivate init?(text: String) {
    let numbers = text.split(whereSeparator: \.isWhitespace).compactMap { Int64($0) }
    guard numbers.count == 3 else { return nil }
    self.init(cpu_ns: numbers[0], resident_bytes: numbers[1] << 10, maxResident_bytes: numbers[2] << 10)
  }
}
