import CLinux
import Glibc

/// Starts a child process that shares nothing with this one but what is given: a process group, signal dispositions,
/// a signal mask and descriptors of its own.
struct Spawn {
  /// A path; not looked up.
  var executable: String
  /// Without the executable itself.
  var arguments: [String]
  /// All of it.
  var environment: [String: String]
  /// On standard input; without it the child reads `/dev/null`.
  var stdin: String?
  /// Gets stdout and stderr, appended.
  var log: String
  /// All others are not.
  var blockedSignals: [Int32] = []

  /// - Returns: the id of the child, which is the id of its group, too. It has to be reaped.
  /// - Throws: `SystemCall`.
  func start() throws -> Int32 {
    let input = try openInput()
    defer { close(input) }
    let output = try SystemCall.check("open \(log)", open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644))
    defer { close(output) }

    var actions = posix_spawn_file_actions_t()
    try SystemCall.check("posix_spawn_file_actions_init", returned: posix_spawn_file_actions_init(&actions))
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (source, target) in [(input, STDIN_FILENO), (output, STDOUT_FILENO), (output, STDERR_FILENO)] {
      try SystemCall.check("dup2", returned: posix_spawn_file_actions_adddup2(&actions, source, target))
    }
    try SystemCall.check("closefrom", returned: linux_spawn_close_from(&actions, STDERR_FILENO + 1))

    var attributes = posix_spawnattr_t()
    try SystemCall.check("posix_spawnattr_init", returned: posix_spawnattr_init(&attributes))
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in blockedSignals { sigaddset(&signals, number) }
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setpgroup(&attributes, 0)
    let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    try SystemCall.check("posix_spawnattr_setflags", returned: posix_spawnattr_setflags(&attributes, Int16(flags)))

    var pid: pid_t = 0
    try withCStrings([executable] + arguments) { arguments in
      try withCStrings(environment.map { "\($0.key)=\($0.value)" }) { environment in
        try SystemCall.check(
          "start \(executable)", returned: posix_spawn(&pid, executable, &actions, &attributes, arguments, environment))
      }
    }
    return pid
  }

  /// A descriptor to read `stdin` from. It is a file in memory: never on disk, and no writer has to keep up with the reader.
  private func openInput() throws -> Int32 {
    guard let stdin else { return try SystemCall.check("open /dev/null", open("/dev/null", O_RDONLY | O_CLOEXEC)) }
    let descriptor = try SystemCall.check("memfd_create", linux_memory_file("stdin"))
    do {
      var rest = Array(stdin.utf8)[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        rest = rest.dropFirst(try SystemCall.check("write standard input", count))
      }
      _ = try SystemCall.check("lseek", lseek(descriptor, 0, SEEK_SET))
    } catch {
      close(descriptor)
      throw error
    }
    return descriptor
  }
}

/// Calls `body` with `strings` as C wants argv and envp: pointers, then a null.
private func withCStrings<Result>(
  _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) throws -> Result
) rethrows -> Result {
  let copies = strings.map { strdup($0) }
  defer { for copy in copies { free(copy) } }
  return try body(copies + [nil])
}
