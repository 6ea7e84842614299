import CloudUtil
import Control
import Foundation

/// The services of one trial, as values: what is started, in which order, with which arguments.
struct Deployment: Sendable {
  var trial: Trial
  /// The models, inputs and payload of the trial as files on this machine.
  var assets: TrialAssets
  /// What will be done to its components.
  var faults: FaultPlan
  /// Whether workers delay what they send themselves, since the kernel cannot.
  var workersDelay = false
  var placement: Placement
  var tag: ProcessTag
  var redis: RedisService
  var linkSecret: Secret
  var packaging: Packaging
  /// Of containers, by role.
  var limits: [String: Limits]
  /// Where the trial's files are written.
  var folder: URL
  /// The frontend's ports of queries and of links; 0: a free one.
  var port: Int
  var linkPort = 0
  /// Whether frontend and clients run before every ordinary process.
  var isMeasuringRealtime: Bool
  /// Whether TorchScript models run on the host's GPUs.
  var usesGPU: Bool
  /// The rate of each worker's link, where containers of this machine play hosts; nil: workers use their host's.
  var link_mbit: Double?
  var tenant = Tenant.measured
  /// Hosts that the trial's background load uses.
  var backgroundHosts: [CloudUtil.Host] = []

  /// The measuring side keeps its schedule while workers fill the cores: it runs before every ordinary process where that
  /// is allowed, and workers at a low priority; elsewhere they get only what it leaves.
  static let workerNiceness = 10

  var redisSpec: ServiceSpec {
    var spec = redis.spec(
      tag: tag, log: log("redis"), listensTo: faults.hasLink(.redis) ? "0.0.0.0" : placement.frontend.address)
    spec.host = placement.frontend.name
    spec.image = packaging.image(of: Packaging.redis)
    spec.limits = limits[Packaging.redis] ?? Limits()
    spec.network = network(of: .redis, ports: [redis.port])
    return spec
  }

  /// The service of `component`; nil if there is none.
  func spec(of component: Component) -> ServiceSpec? { ([redisSpec] + specs).first { $0.component == component.name } }

  /// The service of a component that is started again in the course of the trial.
  /// - Parameters:
  ///   - steps: how many of its paces and delays a worker has behind it.
  ///   - frontend: where it listens, so that a worker finds it also where Redis is gone; nil: to be asked of Redis.
  func respawned(
    _ component: Component, after steps: (paces: Int, delays: Int), frontend: FrontendAddress?
  ) -> ServiceSpec? {
    guard let index = trial.instances.firstIndex(where: { $0.component == component }) else {
      return spec(of: component)
    }
    var spec = worker(index, trial.instances[index], after: steps)
    if let frontend {
      let asking = spec.command.arguments.prefix(4)
      guard asking.first == "--redis" else { return spec }
      spec.command.arguments.replaceSubrange(
        asking.indices, with: ["--frontend", "\(frontend.host):\(frontend.linkPort)"])
    }
    return spec
  }

  /// Everything but Redis. They find each other through it, in whatever order they come up.
  var specs: [ServiceSpec] { [frontend] + workers + clients }

  var baseWorkers: [Component] { trial.instances.filter { $0.pool == .base }.map(\.component) }

  var redundantWorkers: [Component] { trial.instances.filter { $0.pool != .base }.map(\.component) }

  var clientComponents: [Component] { (0..<trial.numClients).map { Component(role: "client", $0) } }

  private var frontend: ServiceSpec {
    let network = network(of: .frontend, ports: [port, linkPort])
    let hosts = network == .host ? [] : ["--advertise", placement.frontend.address]
    var arguments = [
      "--host", network == .host ? placement.frontend.address : "0.0.0.0", "--port", String(port), "--link-port",
      String(linkPort), "--mode", trial.mode.rawValue, "--queue",
      trial.queueMode.rawValue,
      "--k", String(trial.k), "--parities", String(trial.parities), "--batch-size", String(trial.batchSize),
      "--encoder", trial.encoder.rawValue, "--input", assets.input.description, "--slo-ms", Number.text(trial.slo_ms),
      "--max-in-flight", String(trial.maxInFlight), "--records", folder.path,
      "--expected-queries", String(trial.totalQueries),
    ]
    if let timeout = trial.batchTimeout_ms { arguments += ["--batch-timeout-ms", Number.text(timeout)] }
    var spec = service(
      tenant == .measured ? "query_frontend-parm" : "bg_frontend-parm", .frontend, on: placement.frontend, "frontend",
      hosts + arguments)
    spec.network = network
    return spec
  }

  var workers: [ServiceSpec] { trial.instances.enumerated().map { worker($0, $1) } }

  private func worker(
    _ index: Int, _ instance: Instance, after steps: (paces: Int, delays: Int) = (0, 0)
  ) -> ServiceSpec {
    var arguments = [
      "--number", String(instance.number), "--pool", instance.poolText, "--model",
      assets.models[instance.model] ?? "",
      "--input", assets.input.description, "--seed", String(trial.seed),
    ]
    if let serviceTime = assets.serviceTime { arguments += ["--service-time", serviceTime] }
    if let slowdowns = assets.slowdowns { arguments += ["--slowdowns", slowdowns] }
    let paces = faults.paces(of: instance.component).dropFirst(steps.paces)
    if !paces.isEmpty { arguments += ["--paces", paces.map(Number.text).joined(separator: ",")] }
    let delays = workersDelay ? faults.delays(of: instance.component).dropFirst(steps.delays) : []
    if !delays.isEmpty { arguments += ["--delays", delays.map(Number.text).joined(separator: ",")] }
    var spec = service(
      "\(tenant.prefix)worker-\(instance.number)-parm", instance.component, on: placement.worker(index), "worker",
      arguments, niceness: Deployment.workerNiceness)
    // One that comes while it starts waits until it is ready for it.
    if !paces.isEmpty { spec.blockedSignals.append(StepSignal.pace.number) }
    if !delays.isEmpty { spec.blockedSignals.append(StepSignal.delay.number) }
    spec.usesGPU = usesGPU && assets.torchScript(instance.model) != nil
    if let link_mbit {
      spec.network = .bridge()
      spec.link_mbit = link_mbit
    }
    return spec
  }

  private var clients: [ServiceSpec] {
    clientComponents.enumerated().map { index, component in
      service(
        "\(tenant.prefix)client-\(index)-parm", component, on: placement.client(index), "client",
        [
          "--app", "example", "--client", String(index), "--clients", String(trial.numClients),
          "--rate", Number.text(trial.rate), "--count", String(trial.totalQueries), "--warmup",
          String(trial.warmupQueries),
          "--seed", String(trial.seed), "--arrivals", assets.arrivals, "--payload", assets.payload,
          "--records", clientRecords(index),
          "--timeout-s", Number.text(trial.slo_ms / 1000 + 10),
        ])
    }
  }

  private func service(
    _ name: String, _ component: Component, on host: CloudUtil.Host, _ executable: String, _ arguments: [String],
    niceness: Int? = nil
  ) -> ServiceSpec {
    let command = Command(
      packaging.executable(executable),
      ["--redis", "\(redis.address):\(redis.port)", "--run", channel] + arguments,
      secrets: ["RUN_EXP_REDIS_PASSWORD": redis.password, "RUN_EXP_LINK_SECRET": linkSecret])
    let label = tenant.prefix + component.name
    var spec = ServiceSpec(
      name: name, component: label, command: command, tag: tag, niceness: niceness ?? 0,
      log: log(label.replacing("/", with: "-")))
    spec.host = host.name
    spec.image = packaging.image(of: executable)
    spec.limits = limits[executable] ?? Limits()
    spec.mounts = [Mount(folder.path, isReadOnly: false)] + assets.files.map { Mount($0) }
    spec.network = network(of: component, ports: [])
    // Only what has no niceness of its own measures.
    let isMeasuring = niceness == nil
    spec.isRealtime = isMeasuringRealtime && isMeasuring
    spec.isIdle = !isMeasuringRealtime && !isMeasuring
    return spec
  }

  /// A component whose link is disturbed has one of its own, others that of their host.
  /// - Parameter ports: at which it is reached.
  private func network(of component: Component, ports: [Int]) -> ServiceNetwork {
    guard faults.hasLink(component) else { return .host }
    let address = placement.frontend.address
    return .bridge(published: ports.map { PublishedPort(address: address, host: $0, container: $0) })
  }

  /// Where a client writes what it saw, on its host.
  func clientRecords(_ index: Int) -> String { folder.appending(path: "client_\(index).csv").path }

  /// What clients and frontend write, on their hosts.
  var records: [RecordFile] {
    clientComponents.enumerated().map { index, component in
      RecordFile(component: component.name, host: placement.client(index), path: clientRecords(index))
    }
      + ["frontend.csv", "codes.csv", "frontend.json"].map {
        RecordFile(component: "frontend", host: placement.frontend, path: folder.appending(path: $0).path)
      }
  }

  /// A file that a component writes where it runs.
  struct RecordFile: Sendable {
    var component: String
    var host: CloudUtil.Host
    var path: String
  }

  /// The hosts that the trial uses, each once.
  var hosts: [CloudUtil.Host] {
    let own = placement.hosts(workers: trial.instances.count, clients: trial.numClients)
    return Dictionary((own + backgroundHosts).map { ($0.name, $0) }) { first, _ in first }
      .sorted { $0.key < $1.key }.map(\.value)
  }

  func log(_ name: String) -> String { folder.appending(path: "logs/\(name).log").path }
}

extension Deployment {
  /// A frontend with a network of its own is reached at ports that are known before it starts.
  /// - Throws: `SystemCall`.
  mutating func choosePorts() throws {
    guard faults.hasLink(.frontend) else { return }
    if port == 0 { port = try LoopbackPort.free() }
    repeat { linkPort = try LoopbackPort.free() } while linkPort == port
  }

  /// Writes `deployment.txt`: what is started, in order, a line a service (on several hosts with the name of its own), without
  /// its secrets.
  /// - Parameter others: services beside those of the trial.
  func write(to folder: URL, with others: [ServiceSpec] = []) throws {
    let specs = [redisSpec] + specs + others
    let isSpread = Set(specs.map(\.host)).count > 1
    let lines = specs.map { spec in
      let place = isSpread ? "\(spec.host ?? "")\t" : ""
      return "\(spec.name)\t\(place)\(spec.image ?? "process")\t\(spec.command)\n"
    }
    try Data(lines.joined().utf8).write(to: folder.appending(path: "deployment.txt"))
  }
}

extension Instance {
  /// `worker/<n>`, `parity/<n>` or `approximate/<n>`.
  var component: Component {
    switch pool {
    case .base: Component(role: "worker", number)
    case .parity: Component(role: "parity", number)
    case .approximate: Component(role: "approximate", number)
    }
  }

  /// As a worker's `--pool` takes it.
  fileprivate var poolText: String {
    switch pool {
    case .base: "base"
    case .parity(let index): "parity:\(index)"
    case .approximate: "approximate"
    }
  }
}
