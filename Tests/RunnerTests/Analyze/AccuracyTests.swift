import Serving
import Testing

@testable import Runner

struct AccuracyTests {
  @Test("Accuracy is of labelled, measured, answered queries, by source")
  func bySource() throws {
    let records: [QueryRecord] = [
      .sample(0, isWarmup: true, label: 1, predicted: 2), .sample(1, label: 1, predicted: 1),
      .sample(2, label: 1, predicted: 1), .sample(3, label: 1, predicted: 2),
      .sample(4, source: .reconstructed, label: 5, predicted: 5), .sample(5, source: .default, label: 5),
      .sample(6, source: .failed, label: 5), .sample(7, predicted: 5),
    ]
    let accuracy = try #require(Accuracy(records))
    #expect(accuracy.all == 0.6)
    #expect(accuracy.own == 2.0 / 3)
    #expect(accuracy.reconstructed == 1)
  }

  @Test("Without labels there is no accuracy, without reconstructions none of theirs")
  func none() throws {
    #expect(Accuracy(.sample(10)) == nil)
    let accuracy = try #require(Accuracy([.sample(0, label: 1, predicted: 1)]))
    #expect(accuracy.reconstructed == nil)
  }
}
