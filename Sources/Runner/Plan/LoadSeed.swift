import Serving

/// The seed of a trial's arrival schedule and payload choice.
///
/// It depends on the experiment's seed and on everything of the trial but its mode, so that modes are compared on the
/// same load and any other change draws a new one. It is a function of text alone: the same on every machine and in every
/// version that knows the same keys.
enum LoadSeed {
  static func of(_ trial: Trial, experimentSeed: UInt64) -> UInt64 {
    mixed(experimentSeed &+ fnv1a(point(trial)))
  }

  /// Everything of the trial but its mode, what follows from the mode, and its place in the sweep.
  static func point(_ trial: Trial) -> String {
    let slowdowns = trial.slowdowns.map {
      "\($0.workers?.description ?? "all"),\($0.probability),\(text($0.added_ms)),\(text($0.factor))"
    }
    let service = trial.serviceTime.map {
      "\($0.kind.rawValue),\($0.median_ms),\($0.sigma),\($0.file ?? "")"
    }
    var fields = [
      trial.experimentID, trial.frontendType, trial.workerType, trial.clientType, trial.model,
      trial.queueMode.rawValue, "\(trial.numModels)", "\(trial.k)", "\(trial.parities)", trial.encoder.rawValue,
      "\(trial.batchSize)", trial.background.text, "\(trial.rate)", "\(trial.numClients)",
      "\(trial.measuredQueries)", "\(trial.warmupQueries)", "\(trial.repetition)", trial.arrivals.text,
      trial.payload.text, service ?? "", slowdowns.joined(separator: ";"), "\(trial.slo_ms)",
      text(trial.batchTimeout_ms), "\(trial.maxInFlight)",
    ]
    // Only where there is one, so that other loads are what they were.
    if let rate = trial.backgroundRate { fields.append("\(rate)") }
    return fields.map { "\($0.utf8.count):\($0)" }.joined(separator: " ")
  }

  /// FNV-1a, 64 bits (Fowler, Noll, Vo).
  static func fnv1a(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
  }

  /// The output function of SplitMix64 (Steele, Lea, Flood 2014), so that seeds that differ in one bit share no pattern.
  static func mixed(_ state: UInt64) -> UInt64 {
    var z = state &+ 0x9e37_79b9_7f4a_7c15
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  private static func text(_ number: Double?) -> String { number.map { "\($0)" } ?? "" }
}

extension Background {
  /// As in an experiment and in `bg_`.
  var text: String {
    switch self {
    case .shuffles(let count): "\(count)"
    case .clipper: "clipper"
    }
  }
}

extension ArrivalKind {
  /// As a client's `--arrivals` takes it, the file as the experiment gives it.
  var text: String {
    switch self {
    case .poisson: "poisson"
    case .uniform: "uniform"
    case .trace(let file): "trace:\(file)"
    }
  }
}

extension Payload {
  fileprivate var text: String {
    switch self {
    case .images(let folder): "images:\(folder ?? "")"
    case .digits: "digits"
    case .floats(let count): "floats:\(count)"
    }
  }
}
