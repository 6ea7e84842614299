import Serving

/// Prometheus' text exposition format, version 0.0.4.
struct PrometheusText {
  private(set) var text = ""

  mutating func family(_ name: String, _ type: String, _ help: String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
  }

  mutating func sample(_ name: String, labels: String = "", _ value: Double) {
    let labels = labels.isEmpty ? "" : "{\(labels)}"
    let whole = Int(exactly: value).map(String.init)
    text += "\(name)\(labels) \(whole ?? value.description)\n"
  }

  mutating func histogram(_ name: String, _ help: String, _ histogram: LatencyHistogram) {
    family(name, "histogram", help)
    var total = 0
    for (bound, count) in zip(LatencyHistogram.bounds, histogram.counts) {
      total += count
      sample(name + "_bucket", labels: "le=\"\(bound)\"", Double(total))
    }
    sample(name + "_bucket", labels: "le=\"+Inf\"", Double(histogram.count))
    sample(name + "_sum", histogram.sum_s)
    sample(name + "_count", Double(histogram.count))
  }
}

extension Metrics {
  /// Appends everything counted.
  func write(into text: inout PrometheusText) {
    text.histogram(
      "run_exp_e2e_latency_seconds", "From a measured query's arrival to its reply, on this frontend's clock.", latency)
    text.family("run_exp_answered_total", "counter", "Measured queries by where their answer came from.")
    for (source, count) in zip(AnswerSource.allCases, answered) {
      text.sample("run_exp_answered_total", labels: "source=\"\(source.rawValue)\"", Double(count))
    }
    text.family("run_exp_encode_seconds_total", "counter", "Time spent adding measured inputs to parity queries.")
    text.sample("run_exp_encode_seconds_total", encoding.seconds)
    text.family("run_exp_encode_total", "counter", "Additions of measured inputs to parity queries.")
    text.sample("run_exp_encode_total", Double(encoding.count))
    text.family("run_exp_decode_seconds_total", "counter", "Time spent reconstructing outputs of measured queries.")
    text.sample("run_exp_decode_seconds_total", decoding.seconds)
    text.family("run_exp_decode_total", "counter", "Reconstructed outputs of measured queries.")
    text.sample("run_exp_decode_total", Double(decoding.count))
  }
}
