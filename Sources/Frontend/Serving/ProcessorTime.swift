#if canImport(Glibc)
  import Glibc
#endif

/// CPU time of this process, all threads, user and system, between the first query and the last reply.
struct ProcessorTime {
  private var first: Double?
  private var last: Double?

  mutating func begin() { first = ProcessorTime.used() }

  /// To be called when no query is left in flight: the last such call counts.
  mutating func sample() { last = ProcessorTime.used() }

  /// For the end of a run that still has queries in flight.
  mutating func sampleIfBusy(_ isBusy: Bool) { if isBusy { sample() } }

  /// nil if no query came in.
  var microseconds: Double? {
    guard let first, let last else { return nil }
    return last - first
  }

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
