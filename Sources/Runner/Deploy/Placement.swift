import CloudUtil
import Control

/// On which host of the fleet each component of a trial stands. Where a role has fewer hosts than components they are
/// dealt out in turn.
struct Placement: Sendable {
  /// Of the frontend and of Redis; every other component reaches them at its address.
  var frontend: CloudUtil.Host
  private let workers: [CloudUtil.Host]
  private let clients: [CloudUtil.Host]

  /// - Parameter address: of the frontend's host, where it is not to be reached at its usual one.
  /// - Throws: `Failure` (infrastructure) if a role has no host.
  init(_ fleet: Fleet, frontendAt address: String? = nil) throws {
    func hosts(_ role: String) throws -> [CloudUtil.Host] {
      let hosts = fleet[Role(role)]
      guard !hosts.isEmpty else { throw Failure(exitCode: .infrastructure, "there is no machine for the \(role)") }
      return hosts
    }
    var frontend = try hosts("frontend")[0]
    frontend.address = address ?? frontend.address
    self.frontend = frontend
    workers = try hosts("worker")
    clients = try hosts("client")
  }

  /// - Parameter index: of the instance among all of the trial, whatever they serve.
  func worker(_ index: Int) -> CloudUtil.Host { workers[index % workers.count] }

  func client(_ index: Int) -> CloudUtil.Host { clients[index % clients.count] }

  /// Those that a trial of so many components uses, each once.
  func hosts(workers count: Int, clients clientCount: Int) -> [CloudUtil.Host] {
    let used = [frontend] + (0..<count).map(worker) + (0..<clientCount).map(client)
    return Dictionary(used.map { ($0.name, $0) }) { first, _ in first }.sorted { $0.key < $1.key }.map(\.value)
  }
}
