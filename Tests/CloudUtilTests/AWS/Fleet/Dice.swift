import Foundation

/// Random choices that a seed replays.
struct Dice: RandomNumberGenerator {
  /// Of the tests of fleets; `RUN_EXP_SEED` runs another.
  static let seed = UInt64(ProcessInfo.processInfo.environment["RUN_EXP_SEED"] ?? "") ?? 20_261_121

  private var state: UInt64

  /// - Parameter play: tells those with one seed apart.
  init(seed: UInt64 = Dice.seed, play: Int) {
    state = seed &* 0xd129_8a2c_03f6_4c5d &+ UInt64(bitPattern: Int64(play)) &* 0xbf58_476d_1ce4_e5b9
  }

  // SplitMix64 (Steele, Lea, Flood 2014).
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  mutating func chance(_ probability: Double) -> Bool { Double.random(in: 0..<1, using: &self) < probability }
  mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
  mutating func seconds(_ range: ClosedRange<Double>) -> Duration { .seconds(Double.random(in: range, using: &self)) }
  /// One of `choices`, which are some.
  mutating func one<Choice>(of choices: [Choice]) -> Choice { choices[int(0...(choices.count - 1))] }
}

/// A time that only a test moves.
struct TestInstant: InstantProtocol {
  var time: Duration = .zero

  func advanced(by duration: Duration) -> TestInstant { TestInstant(time: time + duration) }
  func duration(to other: TestInstant) -> Duration { other.time - time }
  static func < (one: TestInstant, other: TestInstant) -> Bool { one.time < other.time }
}
