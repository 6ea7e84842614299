import NIOConcurrencyHelpers
import NIOCore
import Serving
import Testing
import Wire

@testable import Frontend

@Suite("Coded redundancy over sockets, with a linear model that is its own parity model")
struct CodedServingTests {
  /// F(x) = Ax with A drawn from a seed.
  struct LinearModel: Sendable {
    var rows: [[Float]]

    init(inputs: Int, outputs: Int, seed: UInt64) {
      var generator = Xoshiro256(seed: seed)
      rows = (0..<outputs).map { _ in (0..<inputs).map { _ in Float.random(in: -1...1, using: &generator) } }
    }

    func callAsFunction(_ x: [Float]) -> [Float] {
      rows.map { row in Float(zip(row, x).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }) }
    }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var k: Int
    var parities: Int
    var batchSize: Int
    var queueMode: QueueMode
    var testDescription: String { "k=\(k) r=\(parities) b=\(batchSize) \(queueMode.rawValue)" }
  }

  static let cases: [Case] = QueueMode.allCases.flatMap { queueMode in
    [(2, 1, 1), (3, 1, 1), (4, 1, 2), (2, 1, 4), (3, 2, 2), (2, 2, 1)].map {
      Case(k: $0.0, parities: $0.1, batchSize: $0.2, queueMode: queueMode)
    }
  }

  @Test("what a silent worker withholds is reconstructed as F(x)", arguments: cases)
  func reconstructs(_ point: Case) throws {
    let seed: UInt64 = 7
    let model = LinearModel(inputs: 4, outputs: 3, seed: seed)
    let running = try RunningServer(
      mode: .coded, queueMode: point.queueMode, k: point.k, parities: point.parities, batchSize: point.batchSize)
    defer { try? running.stop() }
    // As many batches keep silent as there are parities: each silent worker holds one.
    for worker in 0..<point.parities { try running.worker(UInt32(worker), FakeWorker.silent) }
    for worker in 0..<point.k { try running.worker(UInt32(100 + worker), FakeWorker.function { model($0) }) }
    for parity in 0..<point.parities {
      try running.worker(UInt32(200 + parity), pool: .parity(parity), FakeWorker.function { model($0) })
    }
    var generator = Xoshiro256(seed: seed)
    let inputs = (0..<point.k * point.batchSize).map { _ in
      (0..<4).map { _ in Float.random(in: -10...10, using: &generator) }
    }
    let connections = try inputs.map { input in
      let connection = try running.connect()
      connection.post(floats: input)
      return connection
    }
    var sources: [String: Int] = [:]
    for (input, connection) in zip(inputs, connections) {
      let reply = try connection.reply()
      sources[reply.source, default: 0] += 1
      for (got, expected) in zip(reply.output, model(input)) {
        #expect(abs(got - expected) <= 1e-4 * max(1, abs(expected)))
      }
      #expect(reply.output.count == 3)
    }
    #expect(sources["reconstructed"] == point.parities * point.batchSize || point.queueMode == .roundRobin)
    #expect(sources["reconstructed", default: 0] > 0)
  }

  @Test("a parity output of another size than the model's is not used, and its queries wait for their own instance")
  func differentSizes() throws {
    let running = try RunningServer(mode: .coded)
    defer { try? running.stop() }
    let silent = try running.worker(0, FakeWorker.silent)
    try running.worker(1, FakeWorker.echo)
    let sizes = NIOLockedValueBox(0)
    try running.worker(2, pool: .parity(0)) { _, inputs in
      let isFirst = sizes.withLockedValue { count in
        count += 1
        return count == 1
      }
      return inputs.items.map { isFirst ? .output(ByteBuffer(bytes: [0, 0, 0, 0])) : .output($0) }
    }
    let connections = try (0..<4).map { _ in try running.connect() }
    for connection in connections { connection.post(floats: [1, 2, 3, 4]) }
    let others = try connections.dropFirst().map { try $0.reply() }
    #expect(others.map(\.status) == [200, 200, 200])
    try silent.say(
      .outputs(JobID(0), service_ns: 1, [.output(ByteBuffer(bytes: ([5, 6, 7, 8] as [Float]).littleEndianBytes))]))
    let first = try connections[0].reply()
    #expect(first.status == 200)
    #expect(first.source == "own" && first.output == [5, 6, 7, 8])
  }

  @Test("in cheap, the approximate model answers for a base worker that keeps silent")
  func cheap() throws {
    let running = try RunningServer(mode: .cheap)
    defer { try? running.stop() }
    try running.worker(0, FakeWorker.silent)
    try running.worker(1, pool: .approximate, FakeWorker.function { $0.map { $0 + 1 } })
    let connection = try running.connect()
    for index in 0..<3 {
      connection.post(floats: [Float(index), 0, 0, 0])
      let reply = try connection.reply()
      #expect(reply.output == [Float(index) + 1, 1, 1, 1])
      #expect(reply.source == "approximate")
    }
  }
}
