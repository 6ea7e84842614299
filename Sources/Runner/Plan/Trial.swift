import Serving

/// One point of a sweep, resolved: everything that decides what is run and measured. `summary.json` carries it as `trial`.
struct Trial: Codable, Equatable, Sendable {
  /// Place in the sweep, from 0, in the order of execution.
  var index: Int

  var experimentID: String
  var frontendType: String
  var workerType: String
  var clientType: String

  /// As in the experiment: a built-in model's name or the path of a TorchScript file.
  var model: String
  /// The model of the redundant instances in `coded` (with `{k}` and `{r}` filled in, one a parity) and in `cheap` (one).
  var redundantModels: [String]

  var mode: RedundancyMode
  var queueMode: QueueMode
  var numModels: Int
  var k: Int
  var parities: Int
  var encoder: CodeKind
  var batchSize: Int

  var background: Background
  /// Queries/s of the second tenant, where there is one.
  var backgroundRate: Double?
  /// Queries/s in total.
  var rate: Double
  var numClients: Int
  /// Queries measured, and sent before them and dropped; whole coding groups, so that none straddles the line.
  var measuredQueries: Int
  var warmupQueries: Int
  /// Which repetition of the same point, from 0 (`it_<n>`).
  var repetition: Int
  /// Of the arrival schedule and the payload choice; the same for all modes of a point.
  var seed: UInt64

  var arrivals: ArrivalKind
  var payload: Payload
  var serviceTime: ServiceTime?
  var slowdowns: [Slowdown]
  /// nil: none.
  var faults: [Fault]?
  var slo_ms: Double
  var batchTimeout_ms: Double?
  var maxInFlight: Int

  var totalQueries: Int { warmupQueries + measuredQueries }
}
