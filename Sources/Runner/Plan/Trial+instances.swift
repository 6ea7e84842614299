import Serving

/// One model instance of a trial: a worker process.
struct Instance: Hashable, Sendable {
  /// Unique among the workers of the trial: base instances from 0, redundant ones after them.
  var number: Int
  var pool: Pool
  /// A built-in model's name or the path of a file.
  var model: String
}

extension Trial {
  /// Instances beside `num_models`: `num_models / k`, in `coded` for each parity.
  var redundantInstances: Int {
    switch mode {
    case .none: 0
    case .equal, .cheap, .replicated, .hedged: numModels / k
    case .coded: numModels / k * parities
    }
  }

  /// Every worker, by number.
  var instances: [Instance] {
    let base = mode.sharesBaseModel ? numModels + redundantInstances : numModels
    var instances = (0..<base).map { Instance(number: $0, pool: .base, model: model) }
    for (pool, redundant) in zip(mode.pools(parities: parities).dropFirst(), redundantModels) {
      for _ in 0..<numModels / k {
        instances.append(Instance(number: instances.count, pool: pool, model: redundant))
      }
    }
    return instances
  }
}
