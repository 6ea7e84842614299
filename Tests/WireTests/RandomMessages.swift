import NIOCore
import Serving

@testable import Wire

/// SplitMix64: the same messages from the same seed.
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

extension WorkerMessage {
  static func random(using random: inout SeededRandom) -> WorkerMessage {
    switch Int.random(in: 0..<6, using: &random) {
    case 0:
      let pools: [Pool] = [.base, .approximate, .parity(Int.random(in: 0..<60000, using: &random))]
      return .hello(
        Hello(
          secret: text(using: &random), pool: pools[Int.random(in: 0..<3, using: &random)],
          worker: UInt32.random(in: 0...(.max), using: &random)))
    case 1: return .welcome
    case 2: return .refused(reason: text(using: &random))
    case 3: return .heartbeat
    case 4:
      let items = (0..<Int.random(in: 0...5, using: &random)).map { _ in bytes(using: &random) }
      return .job(job(using: &random), Inputs(encoding: Bool.random(using: &random) ? .jpeg : .floats, items: items))
    default:
      let results = (0..<Int.random(in: 0...5, using: &random)).map { _ -> Result in
        switch Int.random(in: 0..<3, using: &random) {
        case 0: .output(bytes(using: &random))
        case 1: .badInput(text(using: &random))
        default: .failed(text(using: &random))
        }
      }
      return .outputs(
        job(using: &random), service_ns: UInt64.random(in: 0...(.max), using: &random), results)
    }
  }

  private static func job(using random: inout SeededRandom) -> JobID {
    JobID(Int.random(in: .min...(.max), using: &random))
  }

  private static func text(using random: inout SeededRandom) -> String {
    let letters: [Character] = ["a", "\0", "ä", "\n", "漢", "🦀", " "]
    return String(
      (0..<Int.random(in: 0...40, using: &random)).map { _ in letters[Int.random(in: 0..<7, using: &random)] })
  }

  static func bytes(using random: inout SeededRandom, upTo limit: Int = 300) -> ByteBuffer {
    ByteBuffer(
      bytes: (0..<Int.random(in: 0...limit, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) })
  }
}
