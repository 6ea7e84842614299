#if canImport(Glibc)
  import Glibc
#endif

/// How many files and sockets this process may have open.
public enum OpenFiles {
  /// Asks for all that this process may ask for: Debian gives 1024, fewer than queries can be in flight.
  /// - Returns: the limit from now on.
  @discardableResult
  public static func raiseLimit() -> Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return Int(clamping: limit.rlim_cur)
  }
}
