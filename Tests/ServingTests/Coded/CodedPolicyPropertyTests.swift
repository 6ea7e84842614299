import Testing

@testable import Serving

/// Random schedules from seeds that replay: a failure names its seed; `HostileDriver(seed: …).run(steps: …)` runs it again.
@Suite struct CodedPolicyPropertyTests {
  @Test(
    "under any schedule every query is answered exactly once, in order, from the right group, and everything is freed")
  func hostileSchedules() {
    var reconstructions = 0
    var requeues = 0
    var failures = 0
    for seed in 0..<1500 as Range<UInt64> {
      var driver = HostileDriver(seed: seed)
      driver.run(steps: 150)
      reconstructions += driver.reconstructions
      requeues += driver.requeues
      failures += driver.failures
    }
    // The schedules do reach what they are about.
    #expect(reconstructions > 500)
    #expect(requeues > 500)
    #expect(failures > 500)
  }

  @Test("long schedules keep the promises too")
  func longSchedules() {
    for seed in 10_000..<10_020 as Range<UInt64> {
      var driver = HostileDriver(seed: seed)
      driver.run(steps: 3000)
    }
  }
}
