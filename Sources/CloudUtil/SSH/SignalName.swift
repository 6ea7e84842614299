import Glibc

/// Signals as the SSH protocol names them (RFC 4254, section 6.10): portable, without `SIG`.
enum SignalName {
  private static let numbers: [String: Int32] = [
    "ABRT": SIGABRT, "ALRM": SIGALRM, "FPE": SIGFPE, "HUP": SIGHUP, "ILL": SIGILL, "INT": SIGINT, "KILL": SIGKILL,
    "PIPE": SIGPIPE, "QUIT": SIGQUIT, "SEGV": SIGSEGV, "TERM": SIGTERM, "USR1": SIGUSR1, "USR2": SIGUSR2,
  ]

  /// The number that Linux has for it; 0 for a signal that sshd has no name for either.
  static func number(of name: String) -> Int32 { numbers[name] ?? 0 }
}
