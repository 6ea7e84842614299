import Serving

/// An experiment as its JSON describes it: checked, defaults filled in, its lists not yet multiplied out.
struct Experiment: Codable, Equatable, Sendable {
  var experimentID: String
  var frontendType: String
  var workerType: String
  var clientType: String
  /// A built-in model's name or the path of a TorchScript file.
  var model: String
  /// Accepted, without effect.
  var s3Path: String

  var queueModes: [QueueMode]
  var redundancyModes: [RedundancyMode]
  /// Instances of the base model.
  var numModels: Int
  /// Batches in a coding group.
  var kValues: [Int]
  var batchSizes: [Int]
  /// Queries/s in total.
  var sendRates: [Double]
  var numClients: Int
  /// Measured in a trial, before multiplication with the largest batch size.
  var numQueries: Int
  var numTrials: Int
  var backgroundTraffic: [Background]

  // Optional keys.
  var seed: UInt64 = 1
  var warmupBatches = 204
  var encoder = CodeKind.sum
  var parities = 1
  /// nil: that of the built-in model. `{k}` and `{r}` are not yet filled in.
  var parityModel: String?
  var approximateModel: String?
  var arrivals = ArrivalKind.poisson
  /// As given, or the default of the model.
  var payload: Payload
  /// nil: no part of the experiment is synthetic.
  var serviceTime: ServiceTime?
  var slowdowns: [Slowdown] = []
  var faults: [Fault] = []
  var slo_ms = 100_000.0
  /// nil: a partial batch goes at drain.
  var batchTimeout_ms: Double?
  var maxInFlight = 10_000
  /// Queries/s of the second tenant; nil: what is known for the type of the workers' machines.
  var backgroundRate: Double?

  /// One of several independent runs: another number >= 0 draws another load.
  func copy(_ number: Int) -> Experiment {
    var copy = self
    copy.seed &+= UInt64(number)
    return copy
  }

  /// Queries measured in each trial: the same for every batch size of the sweep.
  var measuredQueries: Int { numQueries * (batchSizes.max() ?? 1) }

  /// Queries sent before them and dropped: `warmup_batches`, rounded up to whole groups of k batches.
  func warmupQueries(k: Int, batchSize: Int) -> Int { (warmupBatches + k - 1) / k * k * batchSize }
}
