import Glibc

extension DockerCommands {
  /// Makes and starts the container of a service and prints its id. It is not restarted when it ends, nor is its image fetched.
  ///
  /// The folder of the service in `entry` has to be there.
  /// - Parameters:
  ///   - user: `<uid>:<gid>` of the host, so that what the service writes belongs to whoever runs the experiment.
  ///   - realtime: how realtime services become so.
  func run(_ spec: ServiceSpec, entry: EntryFolder, user: String, realtime: RealtimeWay? = nil) -> Command {
    var words = ["run", "--detach", "--init", "--pull", "never", "--name", spec.name]
    for label in ContainerLabel.all(of: spec, owner: entry.owner) {
      words += ["--label", "\(label.name)=\(label.value)"]
    }
    words += ["--user", user] + spec.network.flags + spec.limits.flags
    words += spec.priorityFlags(realtime)
    if spec.usesGPU { words += ["--gpus", "all"] }
    // Named, since a daemon may have another default; bounded, since it keeps them on its disk.
    words += ["--log-driver", "json-file", "--log-opt", "max-size=64m", "--log-opt", "max-file=4"]
    for mount in spec.mounts {
      words += DockerCommands.mount(mount.path, at: mount.path, isReadOnly: mount.isReadOnly)
    }
    words += DockerCommands.mount(entry.path(of: spec.name), at: EntryFolder.target, isReadOnly: false)
    // A signal to the container reaches all its processes, as one to a process group does.
    words += ["--env", "TINI_KILL_PROCESS_GROUP=1"]
    words += spec.command.environmentFlags
    let shell = spec.entryShell
    words += ["--entrypoint", shell[0], spec.image ?? ""] + shell.dropFirst() + ["\(EntryFolder.target)/enter"]
    if spec.isRealtime, realtime == .inside { words += RealtimeWay.chrt }
    return docker(words + [spec.command.executable] + spec.command.arguments)
  }

  /// Makes a container for the program of a service, prints what it prints, and removes it when it ends.
  func runOnce(_ spec: ServiceSpec, owner: RunOwner, user: String) -> Command {
    var words = ["run", "--rm", "--init", "--pull", "never", "--network", "none", "--user", user]
    for label in ContainerLabel.all(of: spec, owner: owner) { words += ["--label", "\(label.name)=\(label.value)"] }
    if spec.usesGPU { words += ["--gpus", "all"] }
    for mount in spec.mounts {
      words += DockerCommands.mount(mount.path, at: mount.path, isReadOnly: mount.isReadOnly)
    }
    words += spec.command.environmentFlags + ["--entrypoint", spec.command.executable, spec.image ?? ""]
    return docker(words + spec.command.arguments)
  }

  private static func mount(_ source: String, at target: String, isReadOnly: Bool) -> [String] {
    let fields = ["type=bind", "source=\(source)", "target=\(target)"] + (isReadOnly ? ["readonly"] : [])
    // A list in one word, in the way of CSV.
    let quoted = fields.map { field in
      field.contains { ",\"\n".contains($0) } ? "\"\(field.replacing("\"", with: "\"\""))\"" : field
    }
    return ["--mount", quoted.joined(separator: ",")]
  }
}

extension ServiceNetwork {
  fileprivate var flags: [String] {
    switch self {
    case .host: ["--network", "host"]
    case .bridge(let published):
      ["--network", "bridge"] + published.flatMap { ["--publish", "\($0.address):\($0.host):\($0.container)"] }
    case .service(let name): ["--network", "container:\(name)"]
    }
  }
}

extension Limits {
  /// Memory is all there is: no swap.
  var flags: [String] {
    var words: [String] = []
    if let cpus { words += ["--cpus", "\(cpus)"] }
    if let memory_bytes { words += ["--memory", "\(memory_bytes)b", "--memory-swap", "\(memory_bytes)b"] }
    if let cores { words += ["--cpuset-cpus", cores.sorted().map(String.init).joined(separator: ",")] }
    return words
  }
}

extension ServiceSpec {
  /// What runs the entry script. `sh` of Debian unblocks all signals as soon as it waits for a command; `bash` does not.
  fileprivate var entryShell: [String] {
    guard !blockedSignals.isEmpty else { return ["/bin/sh"] }
    return ["env", "--block-signal=\(blockedSignals.map(String.init).joined(separator: ","))", "bash"]
  }

  /// A container is weighed against the others as a whole, so the niceness of a process in it means nothing to theirs. Its
  /// weight is what the kernel gives a process of that niceness: 1024, and a factor of 1.25 for each level.
  fileprivate func priorityFlags(_ realtime: RealtimeWay?) -> [String] {
    if isRealtime { return realtime == .inside ? ["--cap-add", "SYS_NICE"] : [] }
    if isIdle { return ["--cpu-shares", "2"] }
    guard niceness != 0 else { return [] }
    return ["--cpu-shares", String(max(2, Int((1024 / pow(1.25, Double(niceness))).rounded())))]
  }
}
