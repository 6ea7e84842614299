import Serving
import Testing

@testable import Simulation

@Suite("Background traffic in a simulated trial")
struct BackgroundTests {
  @Test("keeps as many shuffles going as there are to be, none to the host that it comes from")
  func shuffles() {
    var shuffles = Shuffles(count: 5, hosts: 6, link_bytes_per_s: 156_250_000, seed: 3)
    var (last_ns, ends) = (0 as Int64, 0)
    while shuffles.nextEnd_ns < 100_000_000_000 {
      #expect(shuffles.nextEnd_ns > last_ns)
      last_ns = shuffles.nextEnd_ns
      #expect(shuffles.leaving.reduce(0, +) == 5 && shuffles.reaching.reduce(0, +) == 5)
      #expect(shuffles.leaving.allSatisfy { $0 >= 0 } && shuffles.reaching.allSatisfy { $0 >= 0 })
      shuffles.advance()
      ends += 1
    }
    // A transfer of 192 MiB takes 1.3 s alone, twice that beside another.
    #expect((150...400).contains(ends), "\(ends) transfers in 100 s")
  }

  @Test("takes a lone shuffle the time of its bytes, there and back")
  func lone() {
    var shuffles = Shuffles(count: 1, hosts: 2, link_bytes_per_s: 1e9, seed: 1)
    for _ in 0..<50 {
      let begin_ns = shuffles.nextEnd_ns
      shuffles.advance()
      let there_ns = shuffles.nextEnd_ns - begin_ns
      shuffles.advance()
      let back_ns = shuffles.nextEnd_ns - begin_ns - there_ns
      // 128 to 256 MiB at a byte a nanosecond; every second transfer is the way back of the one before.
      #expect((134_217_728...268_435_457).contains(there_ns) && (134_217_728...268_435_457).contains(back_ns))
    }
  }

  @Test("makes messages beside it slower, and those of a larger size more so")
  func messages() {
    let network = Trials.usual(.none).network
    #expect(network.toWorker_ns(bytes: 125_000, beside: 0) == 1_050_000)
    // Two thirds of the link are the shuffles', and their queues are before it.
    #expect(network.toWorker_ns(bytes: 125_000, beside: 2) == 50_000 + 3_000_000 + 2 * 2_097_152)
    #expect(network.fromWorker_ns(bytes: 125_000, beside: 2) == 3_050_000)
    #expect(NetworkModel.ideal.toWorker_ns(bytes: 1_000_000, beside: 9) == 0)
  }

  @Test("lengthens the tail, and the median hardly where few hosts have any")
  func tail() throws {
    let calm = Trials.usual(.equal, rate_per_s: 600, total: 20_000, kind: .constant)
    var busy = calm
    busy.payload.inputs_bytes = [200_000]
    var quiet = busy
    quiet.background = .none
    busy.background = .shuffles(4, hosts: 18)
    let (quietly, busily) = try (
      Simulation.run(quiet).latencies_ms(quiet), Simulation.run(busy).latencies_ms(busy)
    )
    #expect(busily[busily.count / 2] < quietly[quietly.count / 2] * 1.2)
    #expect(busily[busily.count * 99 / 100] > quietly[quietly.count * 99 / 100] * 1.2)
  }

  @Test("of the second tenant halves the speed of the worker beside it while it is at work, and only then")
  func tenant() {
    let service = ServiceModel(ServiceTime(kind: .constant, median_ms: 1000))
    // One query about every 1000 s, at work for 1 s.
    var seldom = Tenant(rate_per_s: 0.001, service: service, seed: 1, host: 0)
    var (halved, start_ns) = (0, 0 as Int64)
    for _ in 0..<100_000 {
      let taken_ns = seldom.end(ofWork: 100_000_000, from: start_ns) - start_ns
      #expect((100_000_000...200_000_000).contains(taken_ns))
      if taken_ns == 200_000_000 { halved += 1 }
      start_ns += 200_000_000
    }
    // 20,000 s have about 20 queries, each of five steps or four and two parts.
    #expect((30...170).contains(halved), "\(halved)")
    // One that is offered more than it can do is always at work.
    var always = Tenant(rate_per_s: 10, service: service, seed: 1, host: 0)
    #expect(always.end(ofWork: 3_000_000_000, from: 60_000_000_000) == 66_000_000_000)
    #expect(BackgroundModel.tenantHosts(instances: 2, hosts: 18) == [0, 9])
  }
}
