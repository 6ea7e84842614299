/// What has to be known before machines are asked for, and is found out without making anything.
struct LaunchPremises: Sendable {
  var key: PublicKey
  /// The IPv4 networks from which ssh is let in.
  var sshSources: [String]
  /// By instance type, in the order in which they are asked; at least one each.
  var zones: [String: [String]]
}

extension EC2Provider {
  /// - Throws: `FleetFailure` if a type is nowhere to be had; what the site throws; `AWSError`.
  func premises(of spec: FleetSpec) async throws -> LaunchPremises {
    let key = try await site.publicKey(of: spec.cluster)
    return LaunchPremises(key: key, sshSources: try await site.sshSources(), zones: try await zones(of: spec))
  }

  /// Zones by instance type, in the order in which they are asked.
  func zones(of spec: FleetSpec) async throws -> [String: [String]] {
    let types = Set(spec.groups.values.map(\.instanceType)).sorted()
    let offers = try await client.sendAll(
      DescribeInstanceTypeOfferings(locationType: .zone, filters: [Filter("instance-type", types)]))
    let offered = Dictionary(grouping: offers, by: \.instanceType).mapValues { Set($0.map(\.location)) }
    let lacking = types.filter { asked(offered[$0] ?? []).isEmpty }.map { type in
      let roles = spec.groups.filter { $0.value.instanceType == type }.map(\.key.name).sorted().joined(separator: ", ")
      let there = offered[type].map { "it is offered in \($0.sorted().joined(separator: ", "))" }
      return "instance type \(type) for \(roles) is not to be had in the zones asked for: "
        + (there ?? "no zone of the region offers it")
    }
    guard lacking.isEmpty else {
      let advice = "name another type with substitutions in the cluster file, or other zones or another region"
      throw FleetFailure(.misfit((lacking + [advice]).joined(separator: "\n")), cluster: spec.cluster)
    }
    return offered.mapValues(asked)
  }

  private func asked(_ offered: Set<String>) -> [String] {
    settings.zones.isEmpty ? offered.sorted() : settings.zones.filter(offered.contains)
  }
}
