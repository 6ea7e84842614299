#if canImport(Glibc)
  import Glibc
#endif

/// CPU time of this process, all threads, user and system, since the first query.
struct ProcessorTime {
  private var first: Double?

  mutating func begin() { first = ProcessorTime.used() }

  /// nil if no query came in.
  var microseconds: Double? { first.map { ProcessorTime.used() - $0 } }

  static func maximumResidentKilobytes() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Int(usage.ru_maxrss)
  }

  private static func used() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6
      + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
  }
}
