/// The keys of an experiment's JSON, in the order in which they are read and documented.
enum ExperimentKey: String, CaseIterable, Sendable {
  case experiment_id, frontend_type, worker_type, client_type, model, s3_path
  case queue_modes, redundancy_modes, num_models, ec_k_val, batch_sizes, send_rates
  case num_clients, num_queries, num_trials, background_traffic
  // Optional.
  case system, seed, warmup_batches, encoder, parities, parity_model, approximate_model, arrivals, payload
  case batch_timeout_ms, slo_ms, max_in_flight, service_time, slowdowns, faults, background_rate

  static let names = allCases.map(\.rawValue)
}
