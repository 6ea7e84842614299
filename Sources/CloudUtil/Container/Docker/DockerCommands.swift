/// The commands that drive the Docker Engine of a host, as values: nothing here talks to one.
///
/// Whatever they print is made for `InspectedContainer` and its like, and means the same to every `docker` since 20.10.
struct DockerCommands: Hashable, Sendable {
  /// Of the daemon (`unix:///run/docker.sock`); nil: the one that `docker` of the host takes.
  var address: String?

  /// What the engine is and has, as JSON.
  var info: Command { docker("info", "--format", "{{json .}}") }

  /// Prints id and labels of images as JSON, a line each; those that do not exist are named on stderr.
  func images(_ names: [String]) -> Command {
    docker(["image", "inspect", "--format", "{{json .}}"] + names)
  }

  // MARK: Finding containers

  /// Prints the ids of all containers, running or not, that carry every one of `labels`.
  func list(_ labels: [(name: String, value: String)]) -> Command {
    docker(
      ["ps", "--all", "--no-trunc", "--quiet"] + labels.flatMap { ["--filter", "label=\($0.name)=\($0.value)"] })
  }

  /// Prints containers as a JSON list; those that do not exist are named on stderr.
  func inspect(_ containers: [String]) -> Command { docker(["container", "inspect"] + containers) }

  /// Prints the id of each container of `owner` that ends, from `since` (Unix seconds of the host) on.
  func deaths(of owner: RunOwner, since: String) -> Command {
    docker(
      "events", "--since", since, "--filter", "type=container", "--filter", "event=die",
      "--filter", "label=\(ContainerLabel.owner)=\(owner)", "--format", "{{.ID}}")
  }

  // MARK: One container

  func kill(_ container: String, signal: Int32) -> Command { docker("kill", "--signal", String(signal), container) }

  func pause(_ container: String) -> Command { docker("pause", container) }

  /// Sets every limit: what `limits` leaves open becomes all that `machine` has, since Docker cannot lift a limit.
  func update(_ container: String, limits: Limits, of machine: DockerMachine) -> Command {
    let all = Limits(cpus: Double(machine.cores), memory_bytes: machine.memory_bytes, cores: Set(0..<machine.cores))
    let merged = Limits(
      cpus: limits.cpus ?? all.cpus, memory_bytes: limits.memory_bytes ?? all.memory_bytes,
      cores: limits.cores ?? all.cores)
    return docker(["update"] + merged.flags + [container])
  }

  /// Secrets go through the environment of `docker`, which hands on variables whose names it is given.
  func exec(_ command: Command, in container: String) -> Command {
    var words = ["exec"]
    if command.stdin != nil { words.append("--interactive") }
    words += command.environmentFlags
    for name in command.secrets.keys.sorted() { words += ["--env", name] }
    var result = docker(words + [container, command.executable] + command.arguments)
    result.secrets = command.secrets
    result.stdin = command.stdin
    return result
  }

  /// Prints stdout and stderr of a container, which may have ended, in the order in which they were written.
  /// - Parameter lines: the last ones only; nil: all.
  func logs(_ container: String, lines: Int? = nil) -> Command {
    let logs = docker(["logs"] + (lines.map { ["--tail", String($0)] } ?? []) + [container])
    return Command("sh", ["-c", #"exec "$@" 2>&1"#, "sh", logs.executable] + logs.arguments)
  }

  // MARK: Many containers

  func resume(_ containers: [String]) -> Command { docker(["unpause"] + containers) }

  /// SIGTERM, and SIGKILL after `grace` (whole seconds), to all at once.
  func stop(_ containers: [String], grace: Duration) -> Command {
    docker(["stop", "-t", String(grace.components.seconds)] + containers)
  }

  /// With their anonymous volumes, whatever state they are in.
  func remove(_ containers: [String]) -> Command { docker(["rm", "--force", "--volumes"] + containers) }

  // MARK: -

  func docker(_ words: String...) -> Command { docker(words) }

  func docker(_ words: [String]) -> Command {
    Command("docker", (address.map { ["--host", $0] } ?? []) + words)
  }
}

extension Command {
  var environmentFlags: [String] {
    environment.sorted { $0.key < $1.key }.flatMap { ["--env", "\($0.key)=\($0.value)"] }
  }
}
