import Reference
import Serving

/// The sum code beside the plain loops.
enum Codes {
  /// One image as the network sees it.
  private static let imageFloats = 3 * 224 * 224
  /// Cold: so many images are gone through in turn that each has left the caches when it comes again.
  private static let coldSets = 96
  private static let outputFloats = 1000

  /// One parity query: its zeros, then k images added.
  static func encode(k: Int, isCold: Bool) -> Row {
    let code = SumCode(k: k)
    let sets = isCold ? coldSets : 1
    let inputs = Floats(count: sets * k * imageFloats)
    let sums = Floats(count: sets * imageFloats)
    var set = 0
    func eachSet(_ add: (UnsafeBufferPointer<Float>, Int, UnsafeMutableBufferPointer<Float>) -> Void) -> Double {
      Stopwatch.nanoseconds(repetitions: isCold ? 5 : 25, calls: isCold ? coldSets : 20) {
        let sum = sums.slice(set, of: imageFloats)
        sum.update(repeating: 0)
        for member in 0..<k { add(UnsafeBufferPointer(inputs.slice(set * k + member, of: imageFloats)), member, sum) }
        set = (set + 1) % sets
      }
    }
    let ours = eachSet { input, member, sum in code.add(input, member: member, parity: 0, into: sum) }
    let reference = eachSet { input, _, sum in reference_add(input.baseAddress, sum.baseAddress, imageFloats) }
    return Row(
      what: "encode 3x224x224, k = \(k), \(isCold ? "cold" : "hot")", ours: ours / 1000, reference: reference / 1000,
      unit: "us a parity query")
  }

  /// One lost output of a group, from the parity output and the others.
  static func decode(k: Int) throws -> Row {
    let code = SumCode(k: k)
    let tensors = Floats(count: (k + 1) * outputFloats)
    let outputs = (0..<k).map { UnsafeBufferPointer(tensors.slice($0, of: outputFloats)) }
    let result = tensors.slice(k, of: outputFloats)
    let parities = [(index: 0, output: outputs[0])]
    var failure: CodingError?
    let ours = Stopwatch.nanoseconds(calls: 20_000) {
      do throws(CodingError) {
        try code.decode(missing: [0], member: 0, parities: parities, outputs: { outputs[$0] }, into: result)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    let others = outputs.dropFirst().map(\.baseAddress)
    let reference = Stopwatch.nanoseconds(calls: 20_000) {
      reference_decode(outputs[0].baseAddress, others, k - 1, result.baseAddress, outputFloats)
    }
    return Row(
      what: "decode \(outputFloats) floats, k = \(k)", ours: ours / 1000, reference: reference / 1000,
      unit: "us an output")
  }
}

/// Memory for floats, aligned to cache lines, all of it touched.
final class Floats {
  private let memory: UnsafeMutableBufferPointer<Float>

  init(count: Int) {
    let raw = UnsafeMutableRawBufferPointer.allocate(byteCount: count * 4, alignment: 64)
    memory = raw.bindMemory(to: Float.self)
    for index in memory.indices { memory[index] = Float(index % 251) / 251 }
  }

  deinit { memory.deallocate() }

  func slice(_ index: Int, of count: Int) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(rebasing: memory[index * count..<(index + 1) * count])
  }
}
