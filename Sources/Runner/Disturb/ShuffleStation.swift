import CloudUtil

/// Where shuffles come from and go to: one program of ours, and the network that it loads.
struct ShuffleStation: Sendable {
  /// In `shuffles.csv`: the host's name; here, where a worker has a link of its own, the worker's (`worker/0`).
  var name: String
  var service: ServiceSpec
  var host: CloudUtil.Host
  /// The worker's service whose network it shares; nil: it has that of its host.
  var worker: String?
}

extension Deployment {
  /// On each of `hosts` one; where workers have links of their own, with each of them one.
  /// - Parameter hosts: all worker hosts, idle ones included.
  func shuffleStations(on hosts: [CloudUtil.Host]) -> [ShuffleStation] {
    guard link_mbit == nil else {
      return zip(trial.instances, workers).enumerated().map { index, pair in
        let (instance, worker) = pair
        let host = placement.worker(index)
        return ShuffleStation(
          name: instance.component.name,
          service: shuffle(index, on: host, address: "0.0.0.0", network: .service(worker.name)), host: host,
          worker: worker.name)
      }
    }
    return hosts.enumerated().map { index, host in
      ShuffleStation(
        name: host.name, service: shuffle(index, on: host, address: host.address, network: .host), host: host)
    }
  }

  private func shuffle(
    _ number: Int, on host: CloudUtil.Host, address: String, network: ServiceNetwork
  ) -> ServiceSpec {
    let command = Command(
      packaging.executable("shuffle"), ["--host", address], secrets: ["RUN_EXP_LINK_SECRET": linkSecret])
    var spec = ServiceSpec(
      name: "shuffle-\(number)-parm", component: "shuffle/\(number)", command: command, tag: tag,
      niceness: Deployment.workerNiceness, log: log("shuffle-\(number)"))
    spec.host = host.name
    spec.image = packaging.image(of: "shuffle")
    spec.network = network
    // As workers are: below frontend and clients.
    spec.isIdle = !isMeasuringRealtime
    return spec
  }
}
