import Serving

/// Everything that decides the course of a simulated trial. The same value gives the same course on every machine.
public struct SimulatedTrial: Sendable {
  public var policy: CodedPolicy.Settings
  public var load: Load
  /// Queries that wait for an answer, beyond which the frontend refuses.
  public var maxInFlight: Int
  /// The pool of each worker, by its number; each is alone on the host of this number.
  public var workers: [Pool]
  /// Of a batch, whatever its size. A pool without one answers at once.
  public var serviceTimes: [Pool: ServiceModel]
  public var slowdowns: [Slowdown]
  public var network: NetworkModel
  public var payload: PayloadSizes
  public var codes: CodeModel
  public var background: BackgroundModel
  public var faults: [SimulatedFault]
  public var recovery: RecoveryModel

  public init(
    policy: CodedPolicy.Settings, load: Load, maxInFlight: Int = .max, workers: [Pool],
    serviceTimes: [Pool: ServiceModel], slowdowns: [Slowdown] = [], network: NetworkModel = .ideal,
    payload: PayloadSizes = PayloadSizes(), codes: CodeModel = .free, background: BackgroundModel = .none,
    faults: [SimulatedFault] = [], recovery: RecoveryModel = RecoveryModel()
  ) {
    self.policy = policy
    self.load = load
    self.maxInFlight = maxInFlight
    self.workers = workers
    self.serviceTimes = serviceTimes
    self.slowdowns = slowdowns
    self.network = network
    self.payload = payload
    self.codes = codes
    self.background = background
    self.faults = faults
    self.recovery = recovery
  }
}

/// How long the models of a pool take.
public struct ServiceModel: Hashable, Sendable {
  public var time: ServiceTime
  /// The values of an empirical distribution, in ms.
  public var empirical_ms: [Double]

  public init(_ time: ServiceTime, empirical_ms: [Double] = []) {
    (self.time, self.empirical_ms) = (time, empirical_ms)
  }
}

/// What travels, in bytes.
public struct PayloadSizes: Hashable, Sendable {
  /// A query's input, by the sample it carries; one size for all, or as many as there are samples.
  public var inputs_bytes: [Int]
  /// One parity query.
  public var parityInput_bytes: Int
  /// The output of one query.
  public var output_bytes: Int

  public init(inputs_bytes: [Int] = [0], parityInput_bytes: Int = 0, output_bytes: Int = 0) {
    self.inputs_bytes = inputs_bytes
    self.parityInput_bytes = parityInput_bytes
    self.output_bytes = output_bytes
  }
}

/// What the code costs the frontend: the additions of one parity query, the subtractions of one reconstructed query.
public struct CodeModel: Codable, Hashable, Sendable {
  public var encode_ns: Int64
  public var decode_ns: Int64

  public init(encode_ns: Int64, decode_ns: Int64) { (self.encode_ns, self.decode_ns) = (encode_ns, decode_ns) }

  public static let free = CodeModel(encode_ns: 0, decode_ns: 0)
}

/// How workers are lost and come back.
public struct RecoveryModel: Codable, Hashable, Sendable {
  /// Of silence, after which the frontend gives a worker up.
  public var silence_ns: Int64
  /// From a restart to the worker's joining.
  public var restart_ns: Int64
  /// From the moment at which a worker that was given up can speak again to its joining.
  public var rejoin_ns: Int64

  public init(silence_ns: Int64 = 1_000_000_000, restart_ns: Int64 = 1_000_000_000, rejoin_ns: Int64 = 100_000_000) {
    (self.silence_ns, self.restart_ns, self.rejoin_ns) = (silence_ns, restart_ns, rejoin_ns)
  }
}
