import CloudUtil
import Testing

@testable import Runner

@Suite struct RoleLimitsTests {
  @Test("limits are read with their units, in any order, and cores as a list of ranges")
  func reads() throws {
    let all = try #require(RoleLimits(argument: "worker:memory=512M,cores=0-1,3,cpus=0.5"))
    #expect(all.role == "worker")
    #expect(all.limits == Limits(cpus: 0.5, memory_bytes: 512 << 20, cores: [0, 1, 3]))
    #expect(RoleLimits(argument: "redis:memory=2G")?.limits == Limits(memory_bytes: 2 << 30))
  }

  @Test(
    "anything else is refused",
    arguments: [
      "", "worker", "worker:", "workers:cpus=1", "worker:cpus=0", "worker:cpus=x", "worker:cpus=1,cpus=2",
      "worker:cpus=1,2",
      "worker:memory=512", "worker:memory=-1M", "worker:memory=9999999999G", "worker:cores=", "worker:cores=3-1",
      "worker:cores=1-2-3", "worker:disk=1", "worker:cores=0,,1",
    ])
  func refuses(text: String) { #expect(RoleLimits(argument: text) == nil) }
}
