import Testing

@testable import Serving

/// A code's parameters and the seed of its inputs, its linear model and the order of its additions.
struct CodedCase: CustomTestStringConvertible {
  var k: Int
  var parities: Int
  var seed: UInt64
  var testDescription: String { "k \(k), r \(parities), seed \(seed)" }

  static let all = (2...8).flatMap { k in
    (1...3).flatMap { r in (UInt64(0)..<3).map { CodedCase(k: k, parities: r, seed: $0) } }
  }
}

/// One coding group served by a random linear model, which is its own parity model.
private struct Group {
  let code: SumCode
  var outputs: [[Float]] = []
  var parityOutputs: [[Float]] = []

  init(_ parameters: CodedCase, inputSize: Int = 24, outputSize: Int = 10) {
    var random = Xoshiro256(seed: parameters.seed, stream: UInt64(parameters.k * 10 + parameters.parities))
    code = SumCode(k: parameters.k, parities: parameters.parities)
    func vector(_ count: Int) -> [Float] { (0..<count).map { _ in Float(random.nextUniform() * 2 - 1) } }
    let matrix = (0..<outputSize).map { _ in vector(inputSize) }
    let inputs = (0..<parameters.k).map { _ in vector(inputSize) }
    func model(_ x: [Float]) -> [Float] { matrix.map { row in zip(row, x).reduce(0) { $0 + $1.0 * $1.1 } } }

    outputs = inputs.map(model)
    for parity in 0..<parameters.parities {
      var sum = [Float](repeating: 0, count: inputSize)
      for member in (0..<parameters.k).shuffled(using: &random) {
        inputs[member].withUnsafeBufferPointer { input in
          sum.withUnsafeMutableBufferPointer { code.add(input, member: member, parity: parity, into: $0) }
        }
      }
      parityOutputs.append(model(sum))
    }
  }

  /// Decodes one member from what is left; a lost output is not looked at.
  func decode(missing: [Int], member: Int, parities: [Int]) throws -> [Float] {
    var result = [Float](repeating: .nan, count: outputs[0].count)
    try result.withUnsafeMutableBufferPointer { result throws in
      try withPointers(parities.map { parityOutputs[$0] }) { inHand in
        try withPointers(outputs) { outputs in
          try code.decode(
            missing: missing, member: member, parities: Array(zip(parities, inHand)).map { (index: $0, output: $1) },
            outputs: { other in
              #expect(!missing.contains(other))
              return outputs[other]
            }, into: result)
        }
      }
    }
    return result
  }

  /// How far a reconstruction is from the output itself, relative to its largest value.
  func error(_ result: [Float], member: Int) -> Float {
    let size = outputs[member].reduce(0) { max($0, abs($1)) }
    return zip(result, outputs[member]).reduce(0) { max($0, abs($1.0 - $1.1)) } / size
  }
}

private func withPointers<R>(_ arrays: [[Float]], _ body: ([UnsafeBufferPointer<Float>]) throws -> R) rethrows -> R {
  let copies = arrays.map { array in
    let copy = UnsafeMutableBufferPointer<Float>.allocate(capacity: array.count)
    _ = copy.initialize(from: array)
    return copy
  }
  defer { for copy in copies { copy.deallocate() } }
  return try body(copies.map { UnsafeBufferPointer($0) })
}

/// All choices of `count` of 0..<n.
private func choices(_ count: Int, of n: Int) -> [[Int]] {
  guard count > 0 else { return [[]] }
  return (count - 1..<max(count - 1, n)).flatMap { last in choices(count - 1, of: last).map { $0 + [last] } }
}

struct SumCodeTests {
  @Test(
    "Any loss of up to r of a group's k + r outputs is made good, exactly but for rounding", arguments: CodedCase.all)
  func anyLoss(parameters: CodedCase) throws {
    let group = Group(parameters)
    for lost in 1...parameters.parities {
      for missing in choices(lost, of: parameters.k) {
        // The other losses are parities: every choice of as many as are needed must do.
        for parities in choices(lost, of: parameters.parities) {
          for member in missing {
            let result = try group.decode(missing: missing, member: member, parities: parities)
            #expect(
              group.error(result, member: member) < 1e-4, "missing \(missing), parities \(parities), member \(member)")
          }
        }
      }
    }
  }

  @Test("More parities than losses are no harm, and their order is free")
  func spareParities() throws {
    let group = Group(CodedCase(k: 5, parities: 3, seed: 1))
    for parities in [[0, 1, 2], [2, 1, 0], [1, 0, 2], [2, 0, 1]] {
      let result = try group.decode(missing: [4, 1], member: 1, parities: parities)
      #expect(group.error(result, member: 1) < 1e-4)
    }
  }

  @Test("The first parity is the plain sum")
  func plainSum() {
    let code = SumCode(k: 8, parities: 3)
    #expect((0..<8).allSatisfy { code.weight(member: $0, parity: 0) == 1 })
    #expect((0..<8).map { code.weight(member: $0, parity: 2) } == [1, 4, 9, 16, 25, 36, 49, 64])
  }

  @Test("Too few parities do not determine what is missing")
  func undetermined() {
    let group = Group(CodedCase(k: 3, parities: 2, seed: 1))
    #expect(throws: CodingError.undetermined(missing: 2, parities: 1)) {
      try group.decode(missing: [0, 2], member: 0, parities: [1])
    }
    #expect(throws: CodingError.undetermined(missing: 1, parities: 0)) {
      try group.decode(missing: [0], member: 0, parities: [])
    }
    #expect(throws: CodingError.undetermined(missing: 2, parities: 2)) {
      try group.decode(missing: [0, 2], member: 0, parities: [1, 1])
    }
  }

  @Test("Outputs of different sizes are an error, wherever they are", arguments: [1, 2])
  func sizes(losses: Int) {
    var group = Group(CodedCase(k: 4, parities: 2, seed: 1))
    group.outputs[3].removeLast()
    let (missing, parities) = (Array(0..<losses), Array(0..<losses))
    #expect(throws: CodingError.sizesDiffer(9, 10)) {
      try group.decode(missing: missing, member: 0, parities: parities)
    }
    group = Group(CodedCase(k: 4, parities: 2, seed: 1))
    group.parityOutputs[0].append(0)
    #expect(throws: CodingError.sizesDiffer(11, 10)) {
      try group.decode(missing: missing, member: 0, parities: parities)
    }
  }
}
