import Statistics

/// One number of a trial's latencies.
enum LatencyMetric: String, Codable, CaseIterable, Sendable {
  /// From the median to the 99.9th percentile: by how much the slowest queries stand out.
  case gap
  case median
  case mean
  case p99
  case p99_5 = "p99.5"
  case p99_9 = "p99.9"

  func value(of sample: SampleSummary) -> Double {
    switch self {
    case .gap: sample.p99_9 - sample.median
    case .median: sample.median
    case .mean: sample.mean
    case .p99: sample.p99
    case .p99_5: sample.p99_5
    case .p99_9: sample.p99_9
    }
  }

  /// In a sentence.
  var name: String { self == .gap ? "p99.9-median gap" : rawValue }
}

/// Whose latency: see `docs/results.md`.
enum LatencyKind: String, Codable, CaseIterable, Sendable {
  /// From arrival at the frontend to reply, as ParM's.
  case e2e
  /// From the instant at which a query should have been sent to its reply at the client.
  case client

  func sample(of summary: Summary) -> SampleSummary? {
    switch self {
    case .e2e: summary.e2e_ms
    case .client: summary.client_ms
    }
  }
}
