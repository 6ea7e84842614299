import Serving

/// What a worker draws random numbers for. Each has a stream of its own, apart from those of other workers and of the
/// clients, whose streams are their numbers: drawing more of one thing changes nothing else.
enum RandomStream: UInt64 {
  case serviceTimes = 1
  case slowdowns = 2

  func generator(seed: UInt64, worker: UInt32) -> Xoshiro256 {
    Xoshiro256(seed: seed, stream: rawValue << 32 | UInt64(worker))
  }
}
