import Foundation
import Serving
import Simulation

/// A trial of a sweep as the simulator takes it.
extension SimulatedTrial {
  /// - Throws: `Failure` (config) if a service time is not known or a file cannot be read.
  init(
    _ trial: Trial, settings: SimulationSettings, measured: MeasuredServiceTimes?, installation: Installation,
    locator: FileLocator
  ) throws {
    let files = FileCheck(locator: locator)
    let payload = try PayloadSizes(trial, installation: installation, files: files)
    let samples = try trial.payload.samples(installation: installation, payload: payload)
    let load = Load(
      seed: trial.seed, rate_per_s: trial.rate, clients: trial.numClients, total: trial.totalQueries,
      warmup: trial.warmupQueries, process: try trial.arrivals.process(files: files), samples: samples)
    var services: [Pool: ServiceModel] = [:]
    for instance in trial.instances where services[instance.pool] == nil {
      services[instance.pool] = try ServiceModel(
        instance, in: trial, batchSize: trial.batchSize, measured: measured, files: files)
    }
    self.init(
      policy: trial.policy, load: load, maxInFlight: trial.maxInFlight, workers: trial.instances.map(\.pool),
      serviceTimes: services, slowdowns: trial.slowdowns, network: settings.network, payload: payload,
      codes: settings.codes(k: trial.k, payload: payload),
      background: try BackgroundModel(trial, hosts: settings.hosts ?? 0, measured: measured, files: files),
      faults: try SimulatedFault.faults(of: trial, load), recovery: settings.recovery)
  }
}

extension SimulatedFault {
  /// What the experiment's `faults` do to the trial's workers. Redis is not on a query's way: its faults have no effect.
  /// - Throws: `Failure` (config) for one of a client or the frontend, which are not modelled.
  fileprivate static func faults(of trial: Trial, _ load: Load) throws -> [SimulatedFault] {
    guard trial.faults != nil else { return [] }
    return try FaultPlan(trial, load_s: load.length / .seconds(1)).entries.filter(\.isModelled).map { entry in
      guard let worker = trial.instances.firstIndex(where: { $0.component == entry.component }) else {
        throw Failure(
          exitCode: .config,
          "faults: \(entry.fault): a simulation has no faults of \(entry.component?.role ?? "that"); leave it out with "
            + "--set faults='[...]'")
      }
      return SimulatedFault(time_ns: time_ns(of: entry.fault), Action(entry.fault), worker: worker)
    }
  }

  fileprivate static func time_ns(of fault: Fault) -> Int64 { Int64((fault.at_s * 1e9).rounded()) }
}

extension FaultPlan.Entry {
  fileprivate var isModelled: Bool { omission == nil && component != .redis }
}

extension FaultRecord {
  /// What became of the faults of a simulated trial, in nanoseconds from the start of its schedule.
  /// - Parameters:
  ///   - load_s: from there to its last query.
  ///   - failed: those of `SimulatedTrial.faults` that found their worker ended, which a run cannot carry out either.
  static func simulated(of trial: Trial, load_s: Double, failed: Set<Int>) -> [FaultRecord] {
    var index = 0
    return FaultPlan(trial, load_s: load_s).entries.map { entry in
      var record = FaultRecord(fault: entry.fault, component: entry.component?.name, outcome: .omitted, remark: "")
      if let omission = entry.omission {
        record.remark = omission
      } else if !entry.isModelled {
        record.remark = "simulated queries do not pass redis"
      } else {
        let time_ns = SimulatedFault.time_ns(of: entry.fault)
        (record.due_ns, record.began_ns) = (time_ns, time_ns)
        if failed.contains(index) {
          (record.outcome, record.remark) = (.failed, "it has ended")
        } else {
          (record.outcome, record.effective_ns) = (.done, time_ns)
        }
        index += 1
      }
      return record
    }
  }
}

extension SimulatedFault.Action {
  fileprivate init(_ fault: Fault) {
    self =
      switch fault.action {
      case .kill: .kill
      case .restart: .restart
      case .pause: .pause
      case .resume: .resume
      case .partition: .partition
      case .heal: .heal
      case .delay: .delay(ns: Int64(((fault.delay_ms ?? 0) * 1e6).rounded()))
      case .slow: .slow(factor: fault.factor ?? 1)
      }
  }
}

extension Trial {
  /// What the frontend is told of it.
  var policy: CodedPolicy.Settings {
    CodedPolicy.Settings(
      mode: mode, queueMode: queueMode, k: k, parities: parities, batchSize: batchSize,
      deadline: .nanoseconds(Int64(slo_ms * 1e6)), batchTimeout: batchTimeout_ms.map { .nanoseconds(Int64($0 * 1e6)) })
  }
}

extension ServiceModel {
  /// Of one instance's pool: as measured, as the experiment says, or as the catalogue does.
  /// - Parameter batchSize: queries in a batch, by which the catalogue's time of one is multiplied.
  fileprivate init(
    _ instance: Instance, in trial: Trial, batchSize: Int, measured: MeasuredServiceTimes?, files: FileCheck
  ) throws {
    // A parity model has the architecture of the base model; an approximate one has not.
    if let measured, instance.pool != .approximate {
      self.init(ServiceTime(kind: .empirical), empirical_ms: measured.times_ms)
      return
    }
    guard let builtIn = ModelCatalogue.model(named: instance.model) else {
      throw Failure(
        exitCode: .config,
        "model \(instance.model): its service time is not known; give \(MeasuredServiceTimes.name) with the records.csv "
          + "of a trial that ran it")
    }
    if let service_ms = builtIn.service_ms {
      let batch_ms = service_ms * Double(batchSize)
      self.init(
        ServiceTime(
          kind: batch_ms == 0 ? .constant : .lognormal, median_ms: batch_ms, sigma: SimulationSettings.sigma))
      return
    }
    let time = trial.serviceTime ?? .standard
    let times_ms = try time.file.map { try files.numbers($0, upTo: NumberLines.maximumService_ms) }
    self.init(time, empirical_ms: times_ms ?? [])
  }
}

extension BackgroundModel {
  /// - Throws: as `ServiceModel`.
  fileprivate init(_ trial: Trial, hosts: Int, measured: MeasuredServiceTimes?, files: FileCheck) throws {
    switch trial.background {
    case .shuffles(0): self = .none
    case .shuffles(let count): self = .shuffles(count, hosts: hosts)
    case .clipper:
      self = .tenant(
        instances: Trial.secondTenantInstances(numModels: trial.numModels), hosts: trial.instances.count,
        rate_per_s: trial.backgroundRate ?? 0,
        // It serves query by query, as `SecondTenant` starts it.
        service: try ServiceModel(
          Instance(number: 0, pool: .base, model: trial.model), in: trial, batchSize: 1, measured: measured,
          files: files))
    }
  }
}

extension ArrivalKind {
  fileprivate func process(files: FileCheck) throws -> Load.Process {
    switch self {
    case .poisson: return .poisson
    case .uniform: return .uniform
    case .trace(let file): return .trace(Trace(seconds: try files.trace(file)))
    }
  }
}
