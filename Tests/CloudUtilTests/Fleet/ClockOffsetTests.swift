import Foundation
import Testing

@testable import CloudUtil

@Suite struct ClockOffsetTests {
  @Test("The true offset lies within what is said of it, however the way there and the way back differ")
  func bounds() {
    var dice = Dice(play: 0)
    for _ in 0..<10_000 {
      let true_ns = Int64.random(in: -1_000_000_000...1_000_000_000, using: &dice)
      let there = Int64.random(in: 0...5_000_000, using: &dice)
      let back = Int64.random(in: 0...5_000_000, using: &dice)
      let offset = ClockOffset(asked_ns: 1000, remote_ns: 1000 + there + true_ns, answered_ns: 1000 + there + back)
      #expect(abs(offset.offset_ns - true_ns) <= offset.within_ns)
    }
  }

  @Test("This host's own clock is ahead of itself by nothing, give or take the time of the question")
  func here() async throws {
    let host = Host(name: "localhost", address: "127.0.0.1", shell: LocalShell())
    let offset = try await host.clockOffset(deadline: .now + .seconds(20)) {
      Int64(Date.now.timeIntervalSince1970 * 1e6) * 1000
    }
    #expect(abs(offset.offset_ns) <= offset.within_ns + 2000)
  }
}
