import Foundation
import Serving
import Testing

@testable import Runner

@Suite("The search for a rate")
struct RateSearchTests {
  /// What a search asked for, in order, and how it ended.
  private struct Walk {
    var asked: [(rate: Double, isMet: Bool)] = []
    var end: RateSearch.Step?
  }

  /// Both ends, all doublings; each of the given rates; halvings of the logarithm of the widest gap, twice as many as
  /// without rounding.
  private func mostSteps(_ search: RateSearch) -> Int {
    let widest = max(2, (search.given.last ?? 1) / (search.given.first ?? 1))
    let halvings = Int(max(0, log2(log(widest) / log1p(search.resolution))).rounded(.up))
    return 2 + RateSearch.doublings + search.given.count + 2 * halvings + 4
  }

  /// Follows a search to its end; `end` stays nil if it asks for more rates than it may.
  private func walk(_ start: RateSearch, _ meets: (Double) -> Bool) -> Walk {
    var search = start
    var walk = Walk()
    for _ in 0...mostSteps(start) {
      guard case .measure(let rate) = search.next else {
        walk.end = search.next
        return walk
      }
      let isMet = meets(rate)
      walk.asked.append((rate, isMet))
      search.record(rate, meets: isMet)
    }
    return walk
  }

  /// What holds whatever the answers were.
  private func check(_ walk: Walk, _ search: RateSearch, _ context: String) {
    #expect(walk.end != nil, "no end: \(context)")
    let rates = walk.asked.map(\.rate)
    #expect(Set(rates).count == rates.count, "a rate is asked for twice: \(context)")
    #expect(rates.allSatisfy { search.limits.contains($0) }, "outside the limits: \(context)")
    switch walk.end {
    case .found(let bracket):
      #expect(walk.asked.contains { $0.rate == bracket.meets && $0.isMet }, "\(context)")
      #expect(walk.asked.contains { $0.rate == bracket.misses && !$0.isMet }, "\(context)")
      #expect(bracket.meets < bracket.misses, "\(context)")
      #expect(bracket.misses - bracket.meets <= search.resolution * bracket.meets, "\(context)")
    case .above(let rate): #expect(rate == search.limits.upperBound && walk.asked.allSatisfy { $0.isMet }, "\(context)")
    case .below(let rate):
      #expect(rate == search.limits.lowerBound && walk.asked.allSatisfy { !$0.isMet }, "\(context)")
    case .measure, nil: break
    }
  }

  private static let starts: [[Double]] = [
    [100], [3], [0.25], [150, 390], [150, 180, 210, 240, 270, 300, 330, 360, 390], [1, 1e6],
  ]

  @Test(
    "ends with two rates around any threshold, no further apart than the resolution", arguments: starts,
    [0.001, 0.01, 0.05, 0.3, 1])
  func monotone(rates: [Double], resolution: Double) {
    let search = RateSearch(from: rates, resolution: resolution)
    // Every threshold from below the lowest to above the highest rate that is tried, in steps of a fiftieth.
    var threshold = search.limits.lowerBound * 0.9
    while threshold < search.limits.upperBound * 1.1 {
      let walk = walk(search) { $0 <= threshold }
      let context = "rates \(rates), resolution \(resolution), threshold \(threshold)"
      check(walk, search, context)
      switch walk.end {
      case .found(let bracket): #expect(bracket.meets <= threshold && threshold < bracket.misses, "\(context)")
      case .above(let rate): #expect(rate <= threshold, "\(context)")
      case .below(let rate): #expect(threshold < rate, "\(context)")
      case .measure, nil: break
      }
      threshold *= 1.02
    }
  }

  @Test("ends at every threshold that is a rate it asks for", arguments: starts)
  func edges(rates: [Double]) {
    let search = RateSearch(from: rates)
    var thresholds = Set(rates)
    for seed in 0..<40 {
      var generator = Xoshiro256(seed: UInt64(seed))
      thresholds.formUnion(walk(search) { _ in generator.nextUniform() < 0.5 }.asked.map(\.rate))
    }
    for threshold in thresholds {
      for isMetAtIt in [true, false] {
        check(walk(search) { isMetAtIt ? $0 <= threshold : $0 < threshold }, search, "\(rates), \(threshold)")
      }
    }
  }

  @Test(
    "ends whatever is answered: always yes, always no, tossed coins, the opposite of what is right", arguments: 0..<400)
  func noise(seed: Int) {
    var generator = Xoshiro256(seed: UInt64(seed))
    let rates = (0...Int(generator.next() % 6)).map { _ in 1 + (generator.nextUniform() * 1000).rounded() }
    let resolution = [0.001, 0.02, 0.05, 0.5][Int(generator.next() % 4)]
    let search = RateSearch(from: rates, resolution: resolution)
    let bias = generator.nextUniform()
    let context = "seed \(seed): \(rates), \(resolution)"
    check(walk(search) { _ in generator.nextUniform() < bias }, search, context)
    check(walk(search) { _ in true }, search, context)
    check(walk(search) { _ in false }, search, context)
    check(walk(search) { $0 > 300 }, search, context)
  }

  @Test("with an oracle that errs near the threshold ends near it", arguments: 0..<200)
  func noisy(seed: Int) {
    var generator = Xoshiro256(seed: UInt64(seed))
    let threshold = 50 + 400 * generator.nextUniform()
    let search = RateSearch(from: [150, 390])
    // Within a tenth of the threshold each answer may be wrong; beyond none is.
    let walk = walk(search) { rate in
      abs(rate / threshold - 1) < 0.1 ? generator.nextUniform() < 0.5 : rate < threshold
    }
    guard case .found(let bracket)? = walk.end else {
      Issue.record("seed \(seed): \(String(describing: walk.end))")
      return
    }
    #expect(
      bracket.misses > 0.9 * threshold && bracket.meets < 1.1 * threshold, "seed \(seed): \(bracket), \(threshold)")
  }

  @Test("begins with the ends of what is given, and takes what is given before anything between")
  func order() {
    let walk = walk(RateSearch(from: [390, 150, 210, 270, 330])) { $0 <= 285 }
    #expect(walk.asked.map(\.rate).prefix(4) == [150, 390, 270, 330])
    #expect(walk.asked.count <= 7)
  }

  @Test("doubles above ten times and halves below four times, and within the highest rate that there is")
  func limits() {
    let search = RateSearch(from: [100, 200])
    #expect(walk(search) { _ in true }.end == .above(rate: 204_800))
    #expect(walk(search) { _ in false }.end == .below(rate: 100 / 16))
    #expect(walk(RateSearch(from: [400_000])) { _ in true }.asked.map(\.rate) == [400_000, 800_000, 1_000_000])
    #expect(walk(search) { $0 <= 700 }.asked.map(\.rate).prefix(4) == [100, 200, 400, 800])
    #expect(walk(RateSearch(from: [100], highest: 100)) { _ in true }.end == .above(rate: 100))
    #expect(walk(search) { $0 <= 30 }.asked.map(\.rate).prefix(3) == [100, 50, 25])
  }

  @Test("asks for rates of few digits, which are folders of the results")
  func digits() {
    let asked = walk(RateSearch(from: [100, 317.25])) { $0 <= 211 }.asked
    for (rate, _) in asked.dropFirst(2) {
      #expect("\(rate)".count <= 5, "\(rate)")
    }
  }
}
