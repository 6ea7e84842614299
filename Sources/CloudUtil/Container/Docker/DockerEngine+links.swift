/// Links of a stated rate for containers on Docker's own bridge.
extension DockerEngine {
  /// The address of this host on the bridge, at which containers there reach it.
  /// - Throws: `ContainerError.engine` if links cannot be given a rate: it takes root, tc with its token bucket, and a
  ///   daemon whose bridge is this host's.
  public func groundOfLinks() async throws -> String {
    let refusal = { (reason: String) in
      ContainerError.engine(.refused("links of a stated rate cannot be had: \(reason)"), host: self.docker.shell.host)
    }
    let probe = try await docker.attempt(LinkRate.probe)
    guard probe.termination.isSuccess else { throw refusal(DockerProblem.message(in: probe.stderr)) }
    guard let address = try await gateway() else { throw refusal("Docker's bridge has no address") }
    let own = try await docker.attempt(LinkRate.requireAddress(address))
    guard own.termination.isSuccess else {
      throw refusal("Docker's bridge, \(address), is not one of this machine")
    }
    return address
  }

  /// Gives the links of those of `specs` that state a rate this rate.
  func limitLinks(of specs: [ServiceSpec]) async throws {
    for spec in specs {
      guard let mbit = spec.link_mbit else { continue }
      guard case .bridge = spec.network else {
        throw ContainerError.unsupported("a link of a stated rate needs an address of its own", service: spec.name)
      }
      let output = try await docker.attempt(LinkRate.limit(pid: inspect(spec.name).pid, mbit: mbit))
      guard output.termination.isSuccess else {
        throw ContainerError.notStarted(
          service: spec.name, reason: "its link gets no rate: \(DockerProblem.message(in: output.stderr))")
      }
    }
  }
}
