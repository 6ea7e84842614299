import Testing

@testable import CloudUtil

@Suite struct HostCountersTests {
  private static let text = """
    cpu  100 10 50 800 20 5 15 40 30 0
    cpu0 100 10 50 800 20 5 15 40 30 0
    intr 5
    MemTotal:       1000 kB
    MemFree:         100 kB
    MemAvailable:    400 kB
    Inter-|   Receive                                                |  Transmit
     face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
        lo: 999 1 0 0 0 0 0 0 999 1 0 0 0 0 0 0
      eth0: 500 1 0 0 0 0 0 0 700 1 0 0 0 0 0 0
      eth1:11 1 0 0 0 0 0 0 13 1 0 0 0 0 0 0
    """

  @Test("counters are read out of /proc's text; the loopback is no network")
  func reads() throws {
    let counters = try HostCounters(Self.text)
    #expect(counters.busyTicks == 180)
    #expect(counters.idleTicks == 820)
    #expect(counters.stealTicks == 40)
    #expect(counters.usedMemory_bytes == 600 << 10)
    #expect(counters.received_bytes == 511)
    #expect(counters.sent_bytes == 713)
  }

  @Test("a text without the line is refused, by its name")
  func missing() {
    #expect(throws: HostCounters.Unreadable(line: "cpu")) { try HostCounters("MemTotal: 1 kB") }
  }

  @Test("usage is what changed between two readings, as fractions of all cores and rates")
  func usage() throws {
    let earlier = try HostCounters(Self.text)
    var later = earlier
    later.busyTicks += 60
    later.stealTicks += 20
    later.idleTicks += 120
    later.received_bytes += 1000
    let usage = HostUsage(from: earlier, to: later, elapsed: .seconds(2))
    #expect(usage.cpuBusy == 0.3)
    #expect(usage.cpuSteal == 0.1)
    #expect(usage.received_bytes_per_s == 500)
    #expect(usage.sent_bytes_per_s == 0)
  }

  @Test("this machine's own counters can be read, and grow")
  func real() async throws {
    let host = Host(name: "localhost", address: "127.0.0.1", shell: LocalShell())
    let first = try await host.counters(deadline: .now + .seconds(5))
    let second = try await host.counters(deadline: .now + .seconds(5))
    #expect(first.usedMemory_bytes > 0)
    #expect(second.busyTicks + second.idleTicks >= first.busyTicks + first.idleTicks)
  }
}
