import Simulation

/// What a simulation takes beside the experiment: it decides the results and is part of their fingerprint.
/// docs/simulation.md explains each.
struct SimulationSettings: Codable, Equatable, Sendable {
  /// Of the models: another one gives other results. Since 2 the second tenant's batches hold one query.
  var version = 2
  /// One way, between clients and frontend.
  var client_delay_ms: Double
  /// One way, between frontend and workers.
  var worker_delay_ms: Double
  /// Of a worker host's link, in each direction.
  var link_mbit_per_s: Double
  /// What a shuffle keeps waiting before the link of the host that it goes to.
  var standing_queue_kib = 256.0
  var silence_s = 1.0
  var restart_s = 1.0
  var rejoin_s = 0.1
  /// At which parity queries are added up, and outputs subtracted.
  var code_bytes_per_ns = 20.0
  /// Worker hosts that shuffles and the second tenant are spread over, idle ones included; absent without background traffic.
  var hosts: Int?

  static let defaultDelay_ms = 0.05
  static let defaultLink_mbit_per_s = 1250.0
  /// Of the service times of a built-in model, whose median is that of the catalogue.
  static let sigma = 0.05

  /// - Parameter isMeasured: service times are those of a trial's records, which hold the way to the worker and back.
  init(networkDelay_ms: Double, link_mbit_per_s: Double, isMeasured: Bool, hosts: Int?) {
    client_delay_ms = networkDelay_ms
    worker_delay_ms = isMeasured ? 0 : networkDelay_ms
    self.link_mbit_per_s = link_mbit_per_s
    self.hosts = hosts
  }

  var network: NetworkModel {
    NetworkModel(
      clientDelay_ns: Self.nanoseconds(client_delay_ms * 1e6), workerDelay_ns: Self.nanoseconds(worker_delay_ms * 1e6),
      link_bytes_per_s: link_mbit_per_s * 125_000, standingQueue_bytes: standing_queue_kib * 1024)
  }

  var recovery: RecoveryModel {
    RecoveryModel(
      silence_ns: Self.nanoseconds(silence_s * 1e9), restart_ns: Self.nanoseconds(restart_s * 1e9),
      rejoin_ns: Self.nanoseconds(rejoin_s * 1e9))
  }

  /// - Parameters:
  ///   - k: terms of each sum.
  ///   - payload: of what is added up and subtracted.
  func codes(k: Int, payload: PayloadSizes) -> CodeModel {
    CodeModel(
      encode_ns: Self.nanoseconds(Double(k * payload.parityInput_bytes) / code_bytes_per_ns),
      decode_ns: Self.nanoseconds(Double(k * payload.output_bytes) / code_bytes_per_ns))
  }

  private static func nanoseconds(_ value: Double) -> Int64 { Int64(value.rounded()) }
}
