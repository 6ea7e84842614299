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
    try await docker.perform(docker.commands.gateways).stdout.split(whereSeparator: \.isWhitespace).first
      .map(String.init)
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
  /// Prints the addresses at which containers on the network that they have by default reach their host.
  fileprivate var gateways: Command {
    docker("network", "inspect", "--format", "{{range .IPAM.Config}}{{.Gateway}} {{end}}", "bridge")
  }
}
