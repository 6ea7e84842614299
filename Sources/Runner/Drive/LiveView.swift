import CloudUtil
import Foundation

/// The progress bar of a running trial, with latencies that the frontend is asked for twice a second.
final class LiveView {
  private let label: String
  private let total: Duration
  private let transport: any HTTPTransport
  private let url: String?
  private let started = ContinuousClock.now
  private var asked = ContinuousClock.now
  private var latency: LiveLatency?

  init(label: String, total: Duration, transport: any HTTPTransport, url: String?) {
    self.label = label
    self.total = total
    self.transport = transport
    self.url = url
  }

  func bar() async -> ProgressBar {
    let now = ContinuousClock.now
    if let url, now - asked >= .milliseconds(500) {
      asked = now
      if let response = try? await transport.send(HTTPRequest("GET", url), deadline: now + .milliseconds(200)) {
        latency = LiveLatency(metrics: response.text)
      }
    }
    return ProgressBar(
      label: label, elapsed_s: (now - started) / .seconds(1), total_s: total / .seconds(1),
      median_ms: latency?.quantile_ms(0.5), p99_ms: latency?.quantile_ms(0.99))
  }
}
