/// Why there is no TCP connection to a host.
public enum ConnectError: Error, Equatable, CustomStringConvertible {
  /// Nothing answered, or the address is none.
  case unreachable(host: String, port: Int, reason: String)
  /// The host is there and nobody listens at the port.
  case refused(host: String, port: Int)

  public var description: String {
    switch self {
    case .unreachable(let host, let port, let reason): "\(host) cannot be reached on TCP port \(port): \(reason)"
    case .refused(let host, let port): "\(host) refuses the connection: nobody listens on TCP port \(port) (yet)"
    }
  }
}
