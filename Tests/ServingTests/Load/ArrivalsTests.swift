import Statistics
import Testing

@testable import Serving

struct ArrivalsTests {
  @Test("The exponential numbers are of the exponential distribution", arguments: [UInt64(1), 2, 3, 4])
  func exponential(seed: UInt64) {
    var random = Xoshiro256(seed: seed)
    let numbers = (0..<20_000).map { _ in random.nextExponential() }
    #expect(KolmogorovSmirnov(exponentialGaps: numbers, mean: 1).pValue > 1e-3)
  }

  @Test("A Poisson process has exponential gaps and its rate", arguments: [0.5, 3, 300, 20_000], [UInt64(1), 2])
  func poisson(rate: Double, seed: UInt64) {
    var arrivals = Poisson(rate_per_s: rate, seed: seed)
    let offsets = (0..<10_000).compactMap { _ in arrivals.next()?.seconds }
    #expect(KolmogorovSmirnov(exponentialGaps: gaps(offsets), mean: 1 / rate).pValue > 1e-3)
    // The n-th arrival comes after n/rate on average, with a deviation of sqrt(n)/rate.
    let expected = Double(offsets.count) / rate
    #expect(abs((offsets.last ?? 0) - expected) < 4 * expected / Double(offsets.count).squareRoot())
  }

  @Test("Streams of one seed are different processes")
  func streams() {
    var (a, b) = (Poisson(rate_per_s: 10, seed: 1, stream: 0), Poisson(rate_per_s: 10, seed: 1, stream: 1))
    #expect(a.next() != b.next())
  }

  @Test("Uniform arrivals are evenly spaced without drift")
  func uniform() {
    var arrivals = Uniform(rate_per_s: 3, first_s: 0.5)
    let offsets = (0..<30_001).compactMap { _ in arrivals.next() }
    #expect(offsets.first == .milliseconds(500))
    #expect(offsets.last == .milliseconds(10_000_500))
  }

  @Test("A rate of next to nothing does not overflow the clock")
  func slow() {
    var arrivals = Poisson(rate_per_s: 1e-300, seed: 1)
    #expect((arrivals.next()?.nanoseconds ?? 0) > 0)
  }

  @Test("A trace gives its arrivals and then none")
  func trace() throws {
    var trace = try Trace(text: "0\n0.25\r\n\n  1e0 \n1\n")
    let offsets = (0..<5).map { _ in trace.next() }
    #expect(offsets == [.zero, .milliseconds(250), .seconds(1), .seconds(1), nil])
  }

  @Test(
    "A line of a trace that is no arrival is named",
    arguments: [("0\nx\n", 2), ("0\n\n-1", 3), ("1\n0.5", 2), ("nan", 1), ("inf", 1), ("0.1 0.2", 1)])
  func malformed(text: String, line: Int) {
    #expect { try Trace(text: text) } throws: { ($0 as? NumberLines.Malformed)?.line == line }
  }
}

extension Duration {
  var seconds: Double { Double(nanoseconds) / 1e9 }
}

func gaps(_ offsets: [Double]) -> [Double] { zip(offsets, [0] + offsets).map { $0 - $1 } }
