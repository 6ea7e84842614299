#if canImport(Glibc)
  import Glibc
#endif

/// CPU time of this thread: what others do on the machine counts only by what they take from its caches.
enum Stopwatch {
  /// Nanoseconds that one call of `body` takes: the median over `repetitions` of the mean over `calls`.
  static func nanoseconds(repetitions: Int = 15, calls: Int, _ body: () -> Void) -> Double {
    body()
    return median(
      (0..<repetitions).map { _ in
        let start = now()
        for _ in 0..<calls { body() }
        return Double(now() - start) / Double(calls)
      })
  }

  static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}
