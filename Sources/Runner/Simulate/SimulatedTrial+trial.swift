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
      services[instance.pool] = try ServiceModel(instance, in: trial, measured: measured, files: files)
    }
    self.init(
      policy: trial.policy, load: load, maxInFlight: trial.maxInFlight, workers: trial.instances.map(\.pool),
      serviceTimes: services, slowdowns: trial.slowdowns, network: settings.network, payload: payload,
      codes: settings.codes(k: trial.k, payload: payload),
      background: BackgroundModel(trial, hosts: settings.hosts ?? 0, service: services[.base]),
      faults: SimulatedFault.faults(of: trial), recovery: settings.recovery)
  }
}

extension SimulatedFault {
  /// What the experiment's `faults` do to the trial's workers.
  static func faults(of trial: Trial) -> [SimulatedFault] { [] }
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
  fileprivate init(
    _ instance: Instance, in trial: Trial, measured: MeasuredServiceTimes?, files: FileCheck
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
      let batch_ms = service_ms * Double(trial.batchSize)
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
  fileprivate init(_ trial: Trial, hosts: Int, service: ServiceModel?) {
    switch trial.background {
    case .shuffles(0): self = .none
    case .shuffles(let count): self = .shuffles(count, hosts: hosts)
    case .clipper:
      self = .tenant(
        instances: trial.tenantInstances, hosts: hosts, rate_per_s: trial.tenantRate_per_s,
        service: service ?? ServiceModel(.standard))
    }
  }
}

extension Trial {
  /// The instances of ParM's second tenant, rounded half to even.
  fileprivate var tenantInstances: Int { Int((Double(numModels) / 9 + 0.5).rounded(.toNearestOrEven)) }

  /// Queries/s of the second tenant, by the machines that it was made for.
  fileprivate var tenantRate_per_s: Double { workerType == "c5.xlarge" ? 16 : 28 }
}

extension ArrivalKind {
  fileprivate func process(files: FileCheck) throws -> Load.Process {
    switch self {
    case .poisson: return .poisson
    case .uniform: return .uniform
    case .trace(let file):
      let seconds = try files.numbers(file, upTo: NumberLines.maximumTrace_s)
      do {
        return .trace(try Trace(text: seconds.map { "\($0)\n" }.joined()))
      } catch {
        throw Failure(exitCode: .config, "arrivals \(file), \(error)")
      }
    }
  }
}
