import Foundation
import Serving

/// What a trial asks of its instances and of the machine, from the service times of its models.
struct OfferedLoad: Equatable, Sendable {
  /// Service time of one query, in ms; nil for a model file, which was never measured.
  struct Service: Equatable, Sendable {
    var mean_ms: Double
    /// Whether it keeps a core busy. The synthetic model sleeps.
    var usesCore: Bool
  }

  /// Busy cores, on average, of all model instances together; nil if a service time is not known.
  var cores: Double?
  /// The share of time that an instance of the busiest pool is at work, slowdowns included. Above 1 its queue grows
  /// without end. nil if a service time is not known.
  var utilisation: Double?

  init(_ trial: Trial) {
    var cores: Double? = 0
    var utilisation: Double? = 0
    for (pool, instances) in Dictionary(grouping: trial.instances, by: \.pool) {
      guard let model = instances.first?.model, let service = Self.service(of: model, in: trial) else {
        cores = nil
        utilisation = nil
        continue
      }
      let jobs_per_s = Self.queries_per_s(to: pool, in: trial)
      if service.usesCore { cores = cores.map { $0 + jobs_per_s * service.mean_ms / 1000 } }
      let occupied_ms = Self.slowed(service.mean_ms, instances: instances, in: trial)
      utilisation = utilisation.map { max($0, jobs_per_s * occupied_ms / 1000 / Double(instances.count)) }
    }
    self.cores = cores
    self.utilisation = utilisation
  }

  /// A group of k queries has one parity query a parity; in `cheap` every query goes to the approximate model too. A query
  /// that is replicated counts twice, of hedged ones those beyond the 95th percentile.
  private static func queries_per_s(to pool: Pool, in trial: Trial) -> Double {
    switch pool {
    case .base:
      switch trial.mode {
      case .none, .equal, .coded, .cheap: trial.rate
      case .replicated: trial.rate * 2
      case .hedged: trial.rate * 1.05
      }
    case .approximate: trial.rate
    case .parity: trial.rate / Double(trial.k)
    }
  }

  static func service(of model: String, in trial: Trial) -> Service? {
    guard let builtIn = ModelCatalogue.model(named: model) else { return nil }
    if let service_ms = builtIn.service_ms { return Service(mean_ms: service_ms, usesCore: true) }
    // Synthetic service times are of a batch, whatever its size.
    return trial.serviceTime.map { Service(mean_ms: $0.mean_ms / Double(trial.batchSize), usesCore: false) }
  }

  /// The mean time that a query occupies an instance of a pool when slowdowns strike; they strike a batch.
  private static func slowed(_ service_ms: Double, instances: [Instance], in trial: Trial) -> Double {
    trial.slowdowns.reduce(service_ms) { total, slowdown in
      let struck = instances.count { instance in slowdown.workers?.contains(instance.number) ?? true }
      let share = slowdown.probability * Double(struck) / Double(instances.count)
      let added = slowdown.added_ms.map { $0 / Double(trial.batchSize) }
      let multiplied = slowdown.factor.map { service_ms * ($0 - 1) }
      return total + share * (added ?? multiplied ?? 0)
    }
  }
}

extension ServiceTime {
  /// The mean of the distribution. Exponential: median / ln 2; lognormal: median * exp(sigma^2 / 2). Of measured times
  /// only the median is known here.
  var mean_ms: Double {
    switch kind {
    case .constant, .empirical: median_ms
    case .exponential: median_ms / log(2)
    case .lognormal: median_ms * exp(sigma * sigma / 2)
    }
  }
}
