import Testing

@testable import CloudUtil

@Suite struct FleetPlanPropertyTests {
  private static let plays = 2500

  @Test(
    "In 2,500 random clusters of launches that fail or are killed no machine is made too many, and every launch ends")
  func randomClusters() throws {
    var (done, failed, killed) = (0, 0, 0)
    for number in 0..<FleetPlanPropertyTests.plays {
      var play = FleetPlay(play: number)
      do {
        try play.run()
      } catch {
        var again = FleetPlay(play: number, isNoted: true)
        try? again.run()
        Issue.record("play \(number) of seed \(Dice.seed): \(error)\n\(again.model.log.joined(separator: "\n"))")
        return
      }
      for end in play.ends {
        switch end {
        case .done: done += 1
        case .failed: failed += 1
        case .killed: killed += 1
        }
      }
    }
    // None of these is rare.
    #expect(min(done, failed, killed) > FleetPlanPropertyTests.plays / 10, "\(done), \(failed), \(killed)")
  }
}
