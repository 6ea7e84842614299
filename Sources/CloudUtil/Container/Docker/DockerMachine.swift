import Foundation

/// What the Docker Engine of a host says of itself and its machine.
struct DockerMachine: Equatable, Sendable {
  var version: String
  var cores: Int
  var memory_bytes: Int64
  /// Root in a container is the user of the daemon.
  var isRootless: Bool

  /// Less is refused by Docker.
  static let leastMemory_bytes: Int64 = 6 << 20

  /// - Throws: `ContainerError.limitRefused` if it cannot give what the service is to have.
  func check(_ limits: Limits, of service: String) throws {
    func refuse(_ reason: String) -> ContainerError { .limitRefused(service: service, reason: reason) }
    if let cpus = limits.cpus, cpus < 0.01 || cpus > Double(cores) {
      throw refuse("is to have \(cpus) cores, and the machine has \(cores); give it 0.01 to \(cores)")
    }
    if let memory_bytes = limits.memory_bytes {
      guard memory_bytes <= self.memory_bytes else {
        throw refuse(
          "is to have \(memory_bytes >> 20) MiB of memory, and the machine has \(self.memory_bytes >> 20); give it less"
        )
      }
      guard memory_bytes >= DockerMachine.leastMemory_bytes else {
        throw refuse("is to have \(memory_bytes) bytes of memory; Docker gives 6 MiB at least")
      }
    }
    if let wanted = limits.cores {
      let absent = wanted.filter { !(0..<cores).contains($0) }.sorted()
      guard absent.isEmpty, !wanted.isEmpty else {
        throw refuse("is to run on the cores \(wanted.sorted()), and the machine has 0 to \(cores - 1)")
      }
    }
  }
}

extension DockerMachine {
  private struct Info: Decodable {
    var ServerVersion: String?
    var NCPU: Int?
    var MemTotal: Int64?
    var SecurityOptions: [String]?
    var ServerErrors: [String]?
  }

  /// From the output of `docker info`, which succeeds also where there is no daemon.
  init(json: String) throws(DockerProblem) {
    guard let info = try? JSONDecoder().decode(Info.self, from: Data(json.utf8)) else {
      throw .notAnswering("docker info says \(json.prefix(100))")
    }
    guard info.ServerErrors ?? [] == [], let version = info.ServerVersion, !version.isEmpty, let cores = info.NCPU,
      let memory_bytes = info.MemTotal
    else {
      let reason = (info.ServerErrors ?? []).joined(separator: "; ")
      throw DockerProblem(stderr: reason) ?? .notAnswering(reason)
    }
    self.version = version
    self.cores = cores
    self.memory_bytes = memory_bytes
    isRootless = (info.SecurityOptions ?? []).contains { $0.contains("rootless") }
  }
}
