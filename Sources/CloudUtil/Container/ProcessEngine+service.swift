import Foundation

/// The verbs that concern one running service.
extension ProcessEngine {
  public func signal(_ name: String, _ signal: Int32) async throws { try service(name).signal(signal) }

  public func pause(_ name: String) async throws { try service(name).signal(SIGSTOP) }

  public func resume(_ name: String) async throws { try service(name).signal(SIGCONT) }

  public func update(_ name: String, limits: Limits) async throws {
    _ = try service(name)
    throw ProcessEngine.noLimits(name)
  }

  /// It can have none.
  public func check(_ limits: Limits, of name: String) async throws {
    guard limits == Limits() else { throw ProcessEngine.noLimits(name) }
  }

  public func linkGround() async throws -> LinkGround { throw ProcessEngine.noLink("links") }

  public func shape(_ name: String, as condition: LinkCondition) async throws { throw ProcessEngine.noLink(name) }

  static func noLimits(_ name: String) -> ContainerError {
    .unsupported("a plain process cannot be limited in cores or memory", service: name)
  }

  private static func noLink(_ name: String) -> ContainerError {
    .unsupported("a plain process shares the network of its host", service: name)
  }

  /// Of the service's own process, without its children.
  public func stats(_ name: String) async throws -> ServiceStats {
    let service = try service(name)
    if let termination = service.termination { throw ContainerError.notRunning(service: name, termination) }
    let pid = service.identity.pid
    var clock = clockid_t()
    try SystemCall.check("CPU clock of \(name)", returned: clock_getcpuclockid(pid, &clock))
    var time = timespec()
    _ = try SystemCall.check("CPU time of \(name)", clock_gettime(clock, &time))
    let status = String(decoding: try readWhole("/proc/\(pid)/status"), as: UTF8.self)
    return ServiceStats(
      cpu_ns: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec),
      resident_bytes: Self.kibibytes("VmRSS", in: status) << 10,
      maxResident_bytes: Self.kibibytes("VmHWM", in: status) << 10)
  }

  public func logs(_ name: String, lines: Int) async throws -> String {
    let text = String(decoding: try readWhole(try service(name).spec.log), as: UTF8.self)
    let all = text.split(separator: "\n", omittingEmptySubsequences: false)
    return all.dropLast(text.hasSuffix("\n") ? 1 : 0).suffix(lines).joined(separator: "\n")
  }

  /// The value of a line such as `VmRSS:     1234 kB`; 0 if it is absent, as in a process that is ending.
  private static func kibibytes(_ key: String, in status: String) -> Int64 {
    let line = status.split(separator: "\n").first { $0.hasPrefix(key + ":") }
    return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int64($0) } ?? 0
  }
}
