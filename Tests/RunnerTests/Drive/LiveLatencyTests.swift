import Testing

@testable import Runner

@Suite struct LiveLatencyTests {
  private let metrics = """
    # TYPE run_exp_e2e_latency_seconds histogram
    run_exp_e2e_latency_seconds_bucket{le="0.01"} 0
    run_exp_e2e_latency_seconds_bucket{le="0.02"} 50
    run_exp_e2e_latency_seconds_bucket{le="0.04"} 100
    run_exp_e2e_latency_seconds_bucket{le="+Inf"} 100
    run_exp_e2e_latency_seconds_sum 2.1
    run_exp_answered_total{source="own"} 100
    """

  @Test("quantiles are interpolated within their bucket")
  func quantiles() throws {
    let live = try #require(LiveLatency(metrics: metrics))
    #expect(live.count == 100)
    #expect(abs((live.quantile_ms(0.5) ?? 0) - 20) < 1e-9)
    #expect(abs((live.quantile_ms(0.75) ?? 0) - 30) < 1e-9)
    #expect(abs((live.quantile_ms(0.25) ?? 0) - 15) < 1e-9)
  }

  @Test("without the histogram, or without queries, there is nothing to show")
  func nothing() throws {
    #expect(LiveLatency(metrics: "up 1\n") == nil)
    let empty = try #require(LiveLatency(metrics: #"run_exp_e2e_latency_seconds_bucket{le="+Inf"} 0"#))
    #expect(empty.quantile_ms(0.5) == nil)
  }
}
