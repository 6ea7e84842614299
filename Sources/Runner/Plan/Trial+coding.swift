extension Trial {
  /// The keys in which this trial differs from another, by name; its place in the sweep does not count.
  func differences(from other: Trial) -> [String] { Self.differences(settings, other.settings) }

  /// The keys in which the `settings` of two trials differ, by name, without `ignored` ones.
  static func differences(
    _ ours: [String: String], _ theirs: [String: String], ignoring ignored: Set<String> = []
  ) -> [String] {
    let load = CodingKeys.seed.rawValue
    let differing = Set(ours.keys).union(theirs.keys).subtracting(ignored).filter { ours[$0] != theirs[$0] }
    // The load's seed follows from every other key; by itself it differs with the experiment's.
    return differing == [load] ? ["seed"] : differing.subtracting([load]).sorted()
  }

  /// Its keys as in `summary.json`, but for its place in the sweep, each value as JSON.
  var settings: [String: String] {
    JSONMembers.of(self).filter { $0.key != CodingKeys.index.rawValue }
  }

  /// The experiment's own names, in the singular where a trial has one value of a list.
  enum CodingKeys: String, CodingKey {
    case index
    case experimentID = "experiment_id"
    case frontendType = "frontend_type"
    case workerType = "worker_type"
    case clientType = "client_type"
    case model
    case redundantModels = "redundant_models"
    case mode = "redundancy_mode"
    case queueMode = "queue_mode"
    case numModels = "num_models"
    case k = "ec_k_val"
    case parities, encoder
    case batchSize = "batch_size"
    case background = "background_traffic"
    case backgroundRate = "background_rate"
    case rate = "send_rate"
    case numClients = "num_clients"
    case measuredQueries = "measured_queries"
    case warmupQueries = "warmup_queries"
    case repetition = "trial"
    case seed = "load_seed"
    case arrivals, payload
    case serviceTime = "service_time"
    case slowdowns, faults, slo_ms
    case batchTimeout_ms = "batch_timeout_ms"
    case maxInFlight = "max_in_flight"
  }
}
