import CloudUtil
import Foundation

/// The progress bar of a running trial, with latencies that the frontend is asked for meanwhile.
final class LiveView {
  private let label: String
  private let total: Duration
  private let transport: any HTTPTransport
  private let url: String?
  private let pace: Duration
  private let started = ContinuousClock.now
  private var asked = ContinuousClock.now
  private var latency: LiveLatency?

  /// - Parameters:
  ///   - url: of the frontend's metrics; nil: there are none to ask for.
  ///   - pace: from one question to the next.
  init(label: String, total: Duration, transport: any HTTPTransport, url: String?, pace: Duration) {
    self.label = label
    self.total = total
    self.transport = transport
    self.url = url
    self.pace = pace
  }

  func bar() async -> ProgressBar {
    let now = ContinuousClock.now
    if let url, now - asked >= pace {
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
