import Serving

extension ServingLoop {
  /// The text of `/metrics`.
  func metricsText() -> String {
    var text = PrometheusText()
    metrics.write(into: &text)
    text.family("run_exp_in_flight", "gauge", "Queries that wait for an answer.")
    text.sample("run_exp_in_flight", Double(inFlight))
    text.family("run_exp_queue_length", "gauge", "Jobs that wait for an instance, by pool.")
    for pool in policy.pools {
      text.sample("run_exp_queue_length", labels: "pool=\"\(pool.name)\"", Double(policy.waitingJobs(pool)))
    }
    text.family("run_exp_workers", "gauge", "Workers that are here, by pool.")
    for pool in policy.pools {
      text.sample("run_exp_workers", labels: "pool=\"\(pool.name)\"", Double(links.count(pool)))
    }
    text.family("run_exp_requeued_total", "counter", "Jobs queued again because their worker left.")
    text.sample("run_exp_requeued_total", Double(totals.requeued))
    text.family("run_exp_workers_lost_total", "counter", "Workers that left.")
    text.sample("run_exp_workers_lost_total", Double(links.lost))
    return text.text
  }
}
