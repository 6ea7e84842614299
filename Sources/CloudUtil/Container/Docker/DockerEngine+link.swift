import Foundation

extension DockerEngine {
  public func linkGround() async throws -> LinkGround {
    let output = try await docker.attempt(LinkCommands.probe)
    guard output.termination.isSuccess else {
      throw ContainerError.unsupported(
        "links of containers cannot be disturbed: \(DockerProblem.message(in: output.stderr))",
        service: docker.shell.host)
    }
    let gateway = try await docker.perform(docker.commands.gateway).stdout.trimmingCharacters(
      in: .whitespacesAndNewlines)
    guard !gateway.isEmpty else {
      throw ContainerError.unsupported(
        "links of containers cannot be disturbed: its Docker Engine has no network \"bridge\" with a gateway",
        service: docker.shell.host)
    }
    return LinkGround(address: gateway, canDelay: output.stdout.hasPrefix("netem"))
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
  /// Prints the address at which containers on the usual network reach their host.
  var gateway: Command {
    docker("network", "inspect", "--format", "{{range .IPAM.Config}}{{.Gateway}}{{end}}", "bridge")
  }
}
