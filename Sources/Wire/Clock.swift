import Serving

#if canImport(Glibc)
  import Glibc
#endif

/// Unix time that never steps: real time read once, plus the monotonic clock since.
public struct Clock: Sendable {
  private let offset_ns: Int64

  public init() {
    // A process that loses its processor between two readings would be off by as long, against every other process of the
    // experiment: of some tries, the one whose readings lie closest together counts.
    let tries = (0..<16).map { _ in
      let before = Clock.read(CLOCK_MONOTONIC)
      let real = Clock.read(CLOCK_REALTIME)
      let after = Clock.read(CLOCK_MONOTONIC)
      return (width_ns: after - before, offset_ns: real - before - (after - before) / 2)
    }
    offset_ns = tries.min { $0.width_ns < $1.width_ns }?.offset_ns ?? 0
  }

  public func now() -> Instant { Instant(nanoseconds: offset_ns + Clock.read(CLOCK_MONOTONIC)) }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
