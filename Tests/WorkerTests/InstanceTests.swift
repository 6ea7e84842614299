import NIOCore
import Serving
import Testing
import Wire

@testable import Worker

@Suite struct InstanceTests {
  /// Fails on every other batch.
  private struct Moody: Model {
    var batches = 0
    mutating func infer(_ inputs: [ByteBuffer]) throws(ModelFailure) -> [ByteBuffer] {
      batches += 1
      if batches.isMultiple(of: 2) { throw ModelFailure(reason: "not today") }
      return inputs
    }
  }

  @Test("A model's failure is told for each input it was given, and not for the bad ones")
  func failure() throws {
    var instance = try Instance(
      model: Moody(), form: .floats([2]), slowdowns: Slowdowns([], seed: 1, worker: 1))
    let good = ByteBuffer(floats: [1, 2])
    let bad = ByteBuffer(floats: [1])
    let batch = WorkerMessage.Inputs(encoding: .floats, items: [bad, good, good])
    let refusal = WorkerMessage.Result.badInput("input of 4 bytes, needed are 8: 2 float32")
    #expect(instance.run(batch) == [refusal, .output(good), .output(good)])
    #expect(instance.run(batch) == [refusal, .failed("not today"), .failed("not today")])
    #expect(instance.run(.init(encoding: .floats, items: [])) == [])
    #expect(instance.run(.init(encoding: .floats, items: [bad])) == [refusal])
    #expect(
      instance.run(batch) == [refusal, .output(good), .output(good)], "a batch without usable inputs runs nothing")
  }

  @Test("The output of synthetic and dummy is linear in the input, whatever its length", arguments: [1, 9, 10, 64])
  func linear(count: Int) {
    let x = (0..<count).map { Float($0) + 0.5 }
    let y = (0..<count).map { Float($0 * $0) }
    let sum = LinearOutput.output(for: ByteBuffer(floats: zip(x, y).map { $0 + $1 })).floats
    let apart = zip(
      LinearOutput.output(for: ByteBuffer(floats: x)).floats, LinearOutput.output(for: ByteBuffer(floats: y)).floats)
    #expect(sum.count == 10)
    #expect(sum == apart.map { $0 + $1 })
  }
}
