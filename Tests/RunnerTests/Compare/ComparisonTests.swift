import Foundation
import Serving
import Statistics
import Testing

@testable import Runner

@Suite("A comparison")
struct ComparisonTests {
  /// `equal` with gaps `equal_ms` at each repetition against `coded` with a gap of 25 ms.
  private func comparison(
    _ equal_ms: [Double], rates: [Double] = [100], coded_ms: Double = 25, codedMedian_ms: (Int) -> Double = { _ in 20 },
    metric: LatencyMetric = .gap, change: (inout Summary) -> Void = { _ in }
  ) throws -> Comparison {
    func side(_ mode: RedundancyMode, _ gap_ms: (Int) -> Double, _ median_ms: (Int) -> Double) throws -> ComparedSide {
      ComparedSide(
        name: mode.rawValue,
        trials: try rates.flatMap { rate in
          try equal_ms.indices.map { index in
            try TrialPairsTests.measured(
              "\(mode.rawValue)/\(rate)/it_\(index)", mode: mode, repetition: index, rate: rate, gap_ms: gap_ms(index),
              median_ms: median_ms(index), change: change)
          }
        })
    }
    let pairs = try TrialPairs(
      try side(.equal, { equal_ms[$0] }, { _ in 20 }), try side(.coded, { _ in coded_ms }, codedMedian_ms))
    return Comparison(pairs, names: ("equal", "coded"), metric: metric, latency: .e2e)
  }

  @Test("of clear trials reads so, the same every time")
  func golden() throws {
    let gaps: [Double] = [90, 95, 100, 105, 110]
    let comparison = try comparison(gaps, codedMedian_ms: { 20 + Double($0) / 10 })
    #expect(
      comparison.text == """
        p99.9-median gap of e2e latency in ms: equal against coded

        rate/s  pairs  equal  coded  equal/coded          95 %  equal - coded            95 %
           100      5  99.75  25.00         3.99  3.64 to 4.36          75.00  66.00 to 84.00

        coded: p99.9-median gap 4.0x smaller (3.6 to 4.4) than equal
        medians differ by 1.0 % (0.1 to 1.9)

        """)
    #expect(try self.comparison(gaps.reversed(), codedMedian_ms: { 20.4 - Double($0) / 10 }).text == comparison.text)
  }

  @Test("claims nothing where the interval contains 1, and says which")
  func noClaim() throws {
    let comparison = try comparison([10, 60, 24, 15, 40, 26])
    #expect(comparison.points[0].claim == nil)
    #expect(comparison.text.contains("no claim: interval (0."))
    #expect(comparison.text.contains(") contains 1\n"))
  }

  @Test("claims nothing of fewer than five pairs, however clear they are")
  func few() throws {
    let comparison = try comparison([100, 100, 100, 100])
    #expect(comparison.points[0].claim == nil)
    #expect(comparison.points[0].compared.ratio?.value ?? 0 > 3.9)
    #expect(
      comparison.text.contains(
        "no claim: an interval needs at least 5 pairs of trials, and there are 4; raise num_trials"))
    #expect(comparison.text.contains("medians differ by 0.0 %\n"))
    #expect(try self.comparison([100]).text.contains("there is 1;"))
  }

  @Test("says larger where it is, with the factor turned over")
  func larger() throws {
    let comparison = try comparison([90, 95, 100, 105, 110], coded_ms: 200)
    #expect(comparison.points[0].claim == "coded: p99.9-median gap 2.01x larger (1.84 to 2.20) than equal")
  }

  @Test("shows two places of a factor that is next to 1")
  func places() throws {
    let claim = try #require(comparison([27, 27.1, 27.2, 26.9, 27.3]).points[0].claim)
    #expect(claim.hasPrefix("coded: p99.9-median gap 1.08x smaller (1.08 to 1.0"), "\(claim)")
  }

  @Test("shows as many places as tell the bound from 1, in the table and in the sentence")
  func clearOfOne() throws {
    for (step, low) in [(0.03, "1.0"), (0.003, "1.00"), (0.0003, "1.000"), (0.000_03, "1.0000")] {
      let gaps = (1...6).map { 25 * (1 + step * Double($0)) }
      let comparison = try comparison(gaps)
      let claim = try #require(comparison.points[0].claim)
      let bound = try #require(claim.split(separator: "(").last?.split(separator: " ").first)
      #expect(bound.hasPrefix(low) && (Double(bound) ?? 0) > 1, "\(claim)")
      #expect(comparison.text.contains("  \(bound) to "), "\(comparison.text)")
    }
  }

  @Test("of several points has a row each and one of all, which pools their pairs")
  func points() throws {
    let comparison = try comparison([90, 100, 110], rates: [100, 200])
    #expect(comparison.points.map { $0.compared.pairs } == [3, 3])
    #expect(comparison.points.allSatisfy { $0.claim == nil })
    let all = try #require(comparison.all_points)
    #expect(all.compared.pairs == 6 && all.claim != nil)
    let lines = comparison.text.split(separator: "\n").map(String.init)
    #expect(lines.contains { $0.hasPrefix("   200      3") } && lines.contains { $0.hasPrefix("   all      6") })
    #expect(lines.contains { $0.hasPrefix("rate/s 200: no claim: an interval needs") })
    #expect(lines.contains { $0.hasPrefix("all points: coded: p99.9-median gap 4.0x smaller") })
  }

  @Test("tells points apart by whatever differs between them")
  func labels() throws {
    var trials = [Trial.sample(rate: 100), .sample(rate: 100), .sample(rate: 100)]
    trials[1].numClients = 9
    trials[2].k = 3
    trials[2].warmupQueries = 12
    let labels = PointLabel.of(trials, compared: [TrialSettings.mode])
    #expect(labels.map { $0["num_clients"] } == ["1", "9", "1"])
    #expect(labels.map { $0["ec_k_val"] } == ["2", "2", "3"])
    #expect(
      labels.allSatisfy { $0["redundancy_mode"] == nil && $0["warmup_queries"] == nil && $0["send_rate"] == "100" })
  }

  @Test("compares any metric, and medians once")
  func metrics() throws {
    let medians = try comparison([90, 95, 100, 105, 110], codedMedian_ms: { _ in 40 }, metric: .median)
    #expect(medians.points[0].claim == "coded: median 2.0x larger (2.0 to 2.0) than equal")
    #expect(!medians.text.contains("medians differ"))
    let tail = try comparison([90, 95, 100, 105, 110], metric: .p99_9)
    #expect(tail.points[0].claim == "coded: p99.9 2.7x smaller (2.5 to 2.9) than equal")
  }

  @Test("has no ratio of a metric that is 0, and says so")
  func zero() throws {
    let comparison = try comparison([0, 0, 0, 0, 0])
    #expect(comparison.points[0].compared.ratio == nil)
    #expect(comparison.text.contains("no claim: no ratio, as p99.9-median gap is not above 0 in every trial"))
  }

  @Test("names overloaded trials and those left out")
  func remarks() throws {
    var count = 0
    let comparison = try comparison(
      [90, 95, 100, 105, 110, 115],
      change: { summary in
        count += 1
        summary.overloaded = count == 2
        if count == 9 { (summary.verdict, summary.reasons) = (.invalid, ["3 queries were never sent"]) }
      })
    #expect(comparison.text.contains("overloaded: 1 of 5 trials of equal\n"))
    #expect(comparison.text.hasSuffix("left out:\n  coded/100.0/it_2: INVALID: 3 queries were never sent\n"))
  }

  @Test("without a pair of VALID trials has no table and no claim, and names at most twenty of many")
  func nothingLeft() throws {
    let comparison = try comparison(
      Array(repeating: 90, count: 12), change: { ($0.verdict, $0.reasons) = (.invalid, ["late"]) })
    #expect(comparison.points.isEmpty && comparison.all_points == nil && comparison.left_out.count == 24)
    #expect(
      comparison.text.contains(
        "\n\nno claim: no pair of VALID trials is left\n\nleft out:\n  equal/100.0/it_0: INVALID: late\n"))
    #expect(comparison.text.hasSuffix("\n  and 4 more\n"))
  }

  @Test("for machines has every pair, its intervals and how they were drawn, and can be read again")
  func json() throws {
    let comparison = try comparison([90, 95, 100, 105, 110])
    let data = try JSONEncoder().encode(comparison)
    #expect(try JSONDecoder().decode(Comparison.self, from: data) == comparison)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect((object["bootstrap"] as? [String: Any])?["seed"] as? Int == 1)
    let few = String(decoding: try JSONEncoder().encode(self.comparison([90, 95])), as: UTF8.self)
    #expect(few.contains(#""claim":null"#) && few.contains(#""interval":null"#))
    #expect(((object["points"] as? [[String: Any]])?.first?["pairs"] as? [Any])?.count == 5)
  }
}
