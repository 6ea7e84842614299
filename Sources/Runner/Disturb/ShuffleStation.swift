import CloudUtil

/// Where shuffles come from and go to: one program of ours, and the network that it loads.
struct ShuffleStation: Sendable {
  /// In `shuffles.csv`: the host's name; here, where a worker has a link of its own, the worker's (`worker/0`), and `idle/12`
  /// where none stands.
  var name: String
  var service: ServiceSpec
  var host: CloudUtil.Host
  /// The service whose address and link it has, a worker's or its own; nil: those of its host.
  var link: String?
}

extension Deployment {
  /// On each of `hosts` one; where workers have links of their own, with each of them one, and one for each that only larger
  /// trials have: hosts without a worker shuffle as well.
  /// - Parameters:
  ///   - hosts: all worker hosts, idle ones included.
  ///   - links: of the largest trial.
  func shuffleStations(on hosts: [CloudUtil.Host], links: Int) -> [ShuffleStation] {
    guard let link_mbit else {
      return hosts.enumerated().map { index, host in
        ShuffleStation(
          name: host.name, service: shuffle(index, on: host, address: host.address, network: .host), host: host)
      }
    }
    let busy = zip(trial.instances, workers).enumerated().map { index, pair in
      let host = placement.worker(index)
      return ShuffleStation(
        name: pair.0.component.name,
        service: shuffle(index, on: host, address: "0.0.0.0", network: .service(pair.1.name)), host: host,
        link: pair.1.name)
    }
    let idle = (busy.count..<max(busy.count, links)).map { index in
      let host = placement.worker(index)
      var service = shuffle(index, on: host, address: "0.0.0.0", network: .bridge())
      service.link_mbit = link_mbit
      return ShuffleStation(name: "idle/\(index)", service: service, host: host, link: service.name)
    }
    return busy + idle
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
