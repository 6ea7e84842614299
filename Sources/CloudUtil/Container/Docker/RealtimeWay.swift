/// How the program in a container comes to run before every ordinary one (SCHED_FIFO, lowest priority).
enum RealtimeWay: Equatable, Sendable {
  /// The program is started so, with a capability that a container does not have by itself.
  case inside
  /// The host gives it that priority once it runs, and takes it out of the container's control group of processors, since
  /// kernels with CONFIG_RT_GROUP_SCHED refuse it there. The container's limit of cores does not hold for it then.
  case promoted

  static let chrt = ["chrt", "-f", "1"]
}

extension DockerCommands {
  /// Runs a program as `run` does one of `RealtimeWay.inside`; its success says whether that is allowed.
  func tryRealtime(image: String, user: String, owner: RunOwner) -> Command {
    docker(
      ["run", "--rm", "--label", "\(ContainerLabel.experiment)=\(ContainerLabel.trial)"]
        + ["--label", "\(ContainerLabel.run)=realtime", "--label", "\(ContainerLabel.owner)=\(owner)"]
        + ["--pull", "never", "--network", "none", "--user", user, "--cap-add", "SYS_NICE"]
        + ["--entrypoint", "/bin/sh", image, "-c", #"exec "$@""#, "sh"] + RealtimeWay.chrt + ["true"])
  }

  /// Succeeds where `promote` can.
  static let tryPromotion = Command("sh", ["-c", "[ -w \(processors)/cgroup.procs ] && exec chrt -f 1 true"])

  /// Gives every process of containers the priority of `RealtimeWay.promoted`.
  /// - Parameter pids: of the first process of each, as the host sees it.
  static func promote(_ pids: [Int32]) -> Command { Command("sh", ["-c", promotion, "sh"] + pids.map(String.init)) }

  /// The control groups of processors in version 1, which alone divides realtime among groups.
  private static let processors = "/sys/fs/cgroup/cpu"

  private static let promotion = #"""
    set -eu
    for first; do
      path=$(sed -n 's/^[0-9]*:\([^:]*,\)\{0,1\}cpu\(,[^:]*\)\{0,1\}://p' "/proc/$first/cgroup") || continue
      [ "$path" != / ] || continue
      # Again and again, since they may start others meanwhile.
      while processes=$(cat "\#(processors)$path/cgroup.procs") && [ -n "$processes" ]; do
        for process in $processes; do
          { echo "$process" >\#(processors)/cgroup.procs && chrt --all-tasks -f -p 1 "$process"; } ||
            [ ! -d "/proc/$process" ]
        done
      done
    done
    """#
}

extension DockerEngine {
  /// Whether containers of `image` may have programs that run before every ordinary one (`ServiceSpec.isRealtime`): found
  /// out by doing it. Where they may not, a negative niceness, which needs no privileges, is the next best.
  public func mayRunRealtime(image: String) async throws -> Bool { try await realtimeWay(image: image) != nil }

  /// How they may; nil if they may not.
  func realtimeWay(image: String) async throws -> RealtimeWay? {
    if let known = state.withLock({ $0.realtime[image] }) { return known }
    let user = try await ground().user
    var way: RealtimeWay?
    // To its end, also where the run is interrupted: a container that was made and not started would stay.
    let attempt = try await shielded { [self] in
      try await docker.attempt(docker.commands.tryRealtime(image: image, user: user, owner: owner))
    }
    try Task.checkCancellation()
    if attempt.termination.isSuccess {
      way = .inside
    } else if try await docker.shell.run(DockerCommands.tryPromotion, deadline: .now + DockerHost.patience)
      .termination.isSuccess
    {
      way = .promoted
    }
    state.withLock { $0.realtime[image] = .some(way) }
    return way
  }

  /// Those of `specs` that have to be promoted once they run.
  /// - Throws: `ContainerError.unsupported` if one is realtime and cannot be.
  func promotions(_ specs: [ServiceSpec]) async throws -> [ServiceSpec] {
    var promoted: [ServiceSpec] = []
    for spec in specs where spec.isRealtime {
      switch try await realtimeWay(image: spec.image ?? "") {
      case .inside: continue
      case .promoted: promoted.append(spec)
      case nil:
        throw ContainerError.unsupported(
          "this host lets no container run before ordinary processes", service: spec.name)
      }
    }
    return promoted
  }

  /// Gives the programs of `specs`, which run, their priority.
  func promote(_ specs: [ServiceSpec]) async throws {
    guard !specs.isEmpty else { return }
    let containers = try await docker.containers(specs.map { try service($0.name).id })
    let pids = containers.filter(\.isRunning).map(\.pid)
    let output = try await docker.attempt(DockerCommands.promote(pids))
    guard output.termination.isSuccess else {
      throw ContainerError.notStarted(
        service: specs.map(\.name).joined(separator: ", "),
        reason: "cannot run before ordinary processes: \(DockerProblem.message(in: output.stderr))")
    }
  }
}
