import CloudUtil
import Foundation

extension Machinery {
  /// Containers on the hosts of a cluster, this one being that of its frontend.
  /// - Parameter fleet: of the inventory.
  /// - Throws: `Failure` (infrastructure) if a host cannot keep containers, or has other images than this one.
  static func cluster(
    _ inventory: Inventory, _ fleet: Fleet, installation: Installation,
    tell: @escaping @Sendable (_ host: String, _ text: String) -> Void
  ) async throws -> Machinery {
    let grounds = try await withThrowingTaskGroup(of: Ground.self) { group in
      for host in fleet.all {
        let programs = inventory.programs(of: host.name)
        group.addTask { try await ground(of: host, programs, installation) }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    let ids = try grounds.reduce(into: [String: String]()) { ids, ground in
      try ids.merge(ground.ids) { known, other in
        guard known == other else {
          throw Failure(
            exitCode: .infrastructure,
            "\(ground.host) has another image than other hosts; launch again carries it there")
        }
        return known
      }
    }
    return Machinery(
      fleet: fleet, shell: LocalShell(),
      engine: FleetEngine(
        Dictionary(uniqueKeysWithValues: grounds.map { ($0.host, $0.engine) }),
        home: inventory.hosts["worker"]?.first?.name ?? inventory.frontend, tell: tell),
      transport: CurlTransport(), packaging: .images(ids: ids),
      isMeasuringRealtime: grounds.allSatisfy { $0.mayMeasureRealtime ?? true })
  }

  /// What was found out about a host.
  private struct Ground: Sendable {
    var host: String
    var engine: any ContainerEngine
    /// By the images' names.
    var ids: [String: String]
    /// nil where nothing that measures will stand.
    var mayMeasureRealtime: Bool?
  }

  private static func ground(
    of host: CloudUtil.Host, _ programs: Set<String>, _ installation: Installation
  ) async throws -> Ground {
    let engine = try DockerEngine(shell: host.shell)
    let requirements = Packaging.requirements(installation, of: programs)
    switch try await engine.availability(of: requirements) {
    case .unavailable(let error): throw Failure(exitCode: .infrastructure, error.description)
    case .ready(_, let ids):
      let packaging = Packaging.images(ids: ids)
      var mayMeasureRealtime: Bool?
      for program in ["frontend", "client"] {
        guard let image = packaging.image(of: program) else { continue }
        let may = try await engine.mayRunRealtime(image: image)
        mayMeasureRealtime = (mayMeasureRealtime ?? true) && may
      }
      return Ground(host: host.name, engine: engine, ids: ids, mayMeasureRealtime: mayMeasureRealtime)
    }
  }
}

extension Inventory {
  /// Its hosts, commanded from the frontend's, which is this one.
  /// - Parameter shell: of a host that is not this one.
  func fleet(shell: (Entry) -> any RemoteShell) -> Fleet {
    var known: [String: CloudUtil.Host] = [:]
    for entry in hosts.values.joined() where known[entry.name] == nil {
      known[entry.name] = CloudUtil.Host(
        name: entry.name, address: entry.address, shell: entry.name == frontend ? LocalShell() : shell(entry))
    }
    return Fleet(
      hosts: Dictionary(
        uniqueKeysWithValues: hosts.map { role, entries in (Role(role), entries.compactMap { known[$0.name] }) }))
  }

  /// The images that a host needs, as `Packaging` calls them.
  func programs(of host: String) -> Set<String> {
    var programs: Set<String> = []
    for (role, entries) in hosts where entries.contains(where: { $0.name == host }) {
      switch role {
      case "frontend": programs.formUnion(["frontend", Packaging.redis])
      // The second tenant's run the same programs.
      case "bg_frontend": programs.insert("frontend")
      case "bg_client": programs.insert("client")
      default: programs.insert(role)
      }
    }
    return programs.intersection(Packaging.programs + [Packaging.redis])
  }
}
