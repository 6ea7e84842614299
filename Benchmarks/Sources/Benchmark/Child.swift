#if canImport(Glibc)
  import Glibc
#endif

/// A process of ours: its output is read, its CPU time and memory are asked for, and it ends by its id.
final class Child {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  let name: String
  private let pid: pid_t
  /// stdout and stderr together.
  private let output: Int32
  private var text = ""
  private var isReaped = false

  /// - Throws: `Failure` if it cannot be started.
  init(_ path: String, _ arguments: [String], secret: String = "") throws {
    name = path.split(separator: "/").last.map(String.init) ?? path
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else {
      throw Failure(description: "no pipe: \(String(cString: strerror(errno)))")
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[1]) }
    output = ends[0]
    var files = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&files)
    defer { posix_spawn_file_actions_destroy(&files) }
    posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&files, ends[1], STDERR_FILENO)
    setenv("RUN_EXP_LINK_SECRET", secret, 1)
    let argv: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
    defer { for argument in argv { free(argument) } }
    var started: pid_t = 0
    let status = posix_spawn(&started, path, &files, nil, argv, environ)
    guard status == 0 else {
      close(output)
      throw Failure(description: "\(path): \(String(cString: strerror(status)))")
    }
    pid = started
  }

  deinit {
    if !isReaped {
      kill(pid, SIGKILL)
      var status: Int32 = 0
      waitpid(pid, &status, 0)
    }
    close(output)
  }

  /// Waits until the output holds all of `words`.
  /// - Returns: what has been written so far.
  @discardableResult
  func wait(for words: [String], seconds: Double = 10) throws -> String {
    let deadline = Child.now() + Int64(seconds * 1e9)
    while !words.allSatisfy({ text.contains($0) }) {
      guard Child.now() < deadline, try readMore(until: deadline) else {
        throw Failure(description: "\(name) did not say \(words) but: \(text)")
      }
    }
    return text
  }

  /// Waits for it to end by itself.
  /// - Returns: its output and the CPU seconds that it used.
  func end(seconds: Double) throws -> (output: String, cpu_s: Double) {
    let deadline = Child.now() + Int64(seconds * 1e9)
    while try readMore(until: deadline) {}
    guard Child.now() < deadline else { throw Failure(description: "\(name) did not end in \(seconds) s: \(text)") }
    let (status, cpu_s) = reap()
    guard status == 0 else { throw Failure(description: "\(name) ended with status \(status): \(text)") }
    return (text, cpu_s)
  }

  /// Tells it to end and waits.
  func terminate() throws {
    kill(pid, SIGTERM)
    _ = try? wait(for: ["\u{0}"], seconds: 3)
    kill(pid, SIGKILL)
    _ = reap()
  }

  /// CPU seconds used by all its threads so far.
  func cpu_s() throws -> Double {
    var clock: clockid_t = 0
    var time = timespec()
    guard clock_getcpuclockid(pid, &clock) == 0, clock_gettime(clock, &time) == 0 else {
      throw Failure(description: "\(name) is gone")
    }
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// The most memory that it had resident, MB.
  func peakResident_mb() throws -> Double {
    let status = try File.text("/proc/\(pid)/status")
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    guard let kilobytes = line?.split(separator: " ").dropFirst().first.flatMap({ Double($0) }) else {
      throw Failure(description: "\(name) has no VmHWM")
    }
    return kilobytes / 1024
  }

  static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// - Returns: false at the end of the output or at the deadline.
  private func readMore(until deadline: Int64) throws -> Bool {
    var poll = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
    let milliseconds = max(0, (deadline - Child.now()) / 1_000_000)
    guard Glibc.poll(&poll, 1, Int32(clamping: milliseconds)) > 0 else { return false }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(output, &bytes, bytes.count)
    guard count > 0 else { return false }
    text += String(decoding: bytes[..<count], as: UTF8.self)
    return true
  }

  private func reap() -> (status: Int32, cpu_s: Double) {
    guard !isReaped else { return (0, 0) }
    isReaped = true
    var status: Int32 = 0
    var usage = rusage()
    wait4(pid, &status, 0, &usage)
    let microseconds = usage.ru_utime.tv_usec + usage.ru_stime.tv_usec
    return (status, Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + Double(microseconds) / 1e6)
  }
}
