import Control

#if canImport(Glibc)
  import Glibc
#endif

/// Finds the frontend through the control channel of a run. Blocks.
struct FrontendLookup {
  static let interval_ns: Int64 = 20_000_000

  var redis: HostPort
  var run: String
  var password: String?

  /// Asks until the frontend has said where it listens.
  /// - Throws: `StartFailure` 69 if Redis cannot be reached, refuses the password or goes away.
  func frontend() throws(StartFailure) -> HostPort {
    do {
      let control = try ControlChannel(host: redis.host, port: redis.port, password: password, run: run)
      while true {
        if let address = try control.frontendAddress() { return HostPort(host: address.host, port: address.linkPort) }
        Monotonic.sleep(until_ns: Monotonic.now_ns() + FrontendLookup.interval_ns)
      }
    } catch { throw .unavailable("\(error)") }
  }
}
