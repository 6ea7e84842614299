#if canImport(Glibc)
  import Glibc
#endif

/// The clock that never steps, in nanoseconds since some instant of its own.
enum Monotonic {
  static func now_ns() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// Has the main thread woken as soon as its time has come, not with others up to 50 us later as is usual. Where the
  /// system does not allow it, sleeps end a little later.
  static func wakeMainThreadPromptly() {
    let slack = open("/proc/self/timerslack_ns", O_WRONLY | O_CLOEXEC)
    guard slack >= 0 else { return }
    _ = write(slack, "1", 1)
    close(slack)
  }

  /// Blocks this thread until `until_ns`, whatever signals come.
  static func sleep(until_ns: Int64) {
    var time = timespec(tv_sec: Int(until_ns / 1_000_000_000), tv_nsec: Int(until_ns % 1_000_000_000))
    while clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil) == EINTR {}
  }
}
