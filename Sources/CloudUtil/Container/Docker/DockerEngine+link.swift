import Foundation

extension DockerEngine {
  public func linkGround() async throws -> LinkGround {
    let output = try await docker.attempt(LinkCommands.probe)
    guard output.termination.isSuccess else {
      throw ContainerError.unsupported(
        "links of containers cannot be disturbed: \(DockerProblem.message(in: output.stderr))",
        service: docker.shell.host)
    }
    guard let gateway = try await gateway() else {
      throw ContainerError.unsupported(
        "links of containers cannot be disturbed: its Docker Engine has no network \"bridge\" with a gateway",
        service: docker.shell.host)
    }
    return LinkGround(address: gateway, canDelay: output.stdout.hasPrefix("netem"))
  }

  /// The address of the host on Docker's own bridge, at which containers there reach it; nil if it has none.
  func gateway() async throws -> String? {
    let lines = try await docker.perform(docker.commands.bridge).stdout.components(separatedBy: "\n")
    func isIPv4(_ word: Substring) -> Bool { word.contains(".") }
    if let known = lines.dropFirst().joined(separator: " ").split(separator: " ").first(where: isIPv4) {
      return String(known)
    }
    // Until it is started again, a daemon that has made the bridge does not say which address it gave it (Docker 20.10).
    let given = try await docker.attempt(LinkCommands.addresses(of: lines[0]))
    return given.stdout.split(whereSeparator: \.isWhitespace).first(where: isIPv4).map(String.init)
  }

  public func shape(_ name: String, as condition: LinkCondition) async throws {
    let spec = try service(name).spec
    guard case .bridge = spec.network else {
      throw ContainerError.unsupported("it shares the network of its host", service: name)
    }
    let output = try await docker.attempt(LinkCommands.shape(pid: pid(of: name), as: condition))
    guard output.termination.isSuccess else {
      _ = try await inspect(name)
      throw ContainerError.unsupported(
        "its link cannot be disturbed: \(DockerProblem.message(in: output.stderr))", service: name)
    }
  }
}

extension DockerCommands {
  /// Prints the interface of the network that containers have by default, and, in a second line, the addresses at which they
  /// reach their host there, if the daemon knows them.
  fileprivate var bridge: Command {
    docker(
      "network", "inspect", "--format",
      #"{{index .Options "com.docker.network.bridge.name"}}{{"\n"}}{{range .IPAM.Config}}{{.Gateway}} {{end}}"#,
      "bridge")
  }
}
