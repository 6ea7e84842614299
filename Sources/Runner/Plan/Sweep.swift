import Serving

/// An experiment multiplied out: every combination of its lists, in the order in which they run.
struct Sweep: Codable, Equatable, Sendable {
  var experiment: Experiment
  /// In the order background > batch > k > queue > rate > repetition > mode, the mode changing fastest.
  var trials: [Trial]

  init(_ experiment: Experiment) {
    self.experiment = experiment
    var trials: [Trial] = []
    for background in experiment.backgroundTraffic {
      for batchSize in experiment.batchSizes {
        for k in experiment.kValues {
          for queueMode in experiment.queueModes {
            for rate in experiment.sendRates {
              for repetition in 0..<experiment.numTrials {
                for mode in experiment.redundancyModes {
                  let place = Place(
                    background: background, batchSize: batchSize, k: k, queueMode: queueMode, rate: rate,
                    repetition: repetition, mode: mode)
                  trials.append(Trial(experiment, at: place, index: trials.count))
                }
              }
            }
          }
        }
      }
    }
    self.trials = trials
  }

  /// Of the largest trial.
  var mostInstances: Int { trials.map(\.instances.count).max() ?? 0 }

  /// One value of each list.
  struct Place {
    var background: Background
    var batchSize: Int
    var k: Int
    var queueMode: QueueMode
    var rate: Double
    var repetition: Int
    var mode: RedundancyMode
  }

  /// Results of several queue modes would share a folder without a level that tells them apart.
  var hasSeveralQueueModes: Bool { experiment.queueModes.count > 1 }
}

extension Trial {
  /// One point of an experiment, its seed derived.
  init(_ experiment: Experiment, at place: Sweep.Place, index: Int) {
    self.init(
      index: index, experimentID: experiment.experimentID, frontendType: experiment.frontendType,
      workerType: experiment.workerType, clientType: experiment.clientType, model: experiment.model,
      redundantModels: experiment.redundantModels(mode: place.mode, k: place.k), mode: place.mode,
      queueMode: place.queueMode, numModels: experiment.numModels, k: place.k, parities: experiment.parities,
      encoder: experiment.encoder, batchSize: place.batchSize, background: place.background,
      backgroundRate: place.background == .clipper ? experiment.secondTenantRate : nil, rate: place.rate,
      numClients: experiment.numClients, measuredQueries: experiment.measuredQueries,
      warmupQueries: experiment.warmupQueries(k: place.k, batchSize: place.batchSize), repetition: place.repetition,
      seed: experiment.seed, arrivals: experiment.arrivals, payload: experiment.payload,
      serviceTime: experiment.serviceTime, slowdowns: experiment.slowdowns,
      faults: experiment.faults.isEmpty ? nil : experiment.faults, slo_ms: experiment.slo_ms,
      batchTimeout_ms: experiment.batchTimeout_ms, maxInFlight: experiment.maxInFlight)
    seed = LoadSeed.of(self, experimentSeed: experiment.seed)
  }
}

extension Experiment {
  /// Queries/s of the second tenant: ParM's for its two kinds of machines, else as given. nil: not known.
  var secondTenantRate: Double? { backgroundRate ?? Background.secondTenantRates[workerType] }

  /// The models beside the base model: one a parity in `coded`, one in `cheap`, none otherwise.
  func redundantModels(mode: RedundancyMode, k: Int) -> [String] {
    switch mode {
    case .none, .equal, .replicated, .hedged: []
    case .coded:
      (0..<parities).compactMap { parityModel(k: k, parity: $0) }
    case .cheap: approximateModel.map { [ModelReference.filled($0, k: k, parity: 0)] } ?? []
    }
  }

  /// The model of a parity: as given, else that of the built-in model, if there is one.
  func parityModel(k: Int, parity: Int) -> String? {
    parityModel.map { ModelReference.filled($0, k: k, parity: parity) }
      ?? ModelCatalogue.model(named: model)?.parities?.name(encoder: encoder, k: k, parity: parity)
  }
}
