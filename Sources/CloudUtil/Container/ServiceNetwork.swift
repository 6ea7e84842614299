/// What a container sees of the network.
public enum ServiceNetwork: Hashable, Sendable {
  /// What the host sees; no translation of addresses, so nothing that latency would show.
  case host
  /// Its own address behind the host's, reached through published ports alone.
  case bridge(published: [PublishedPort] = [])
  /// What the container of another service sees, which has to run; its address and its link are shared.
  case service(String)
}

/// A TCP port of a container that the host offers as its own.
public struct PublishedPort: Hashable, Sendable {
  /// Of the host, on which it is offered; nobody else's by default.
  public var address: String
  public var host: Int
  public var container: Int

  public init(address: String = "127.0.0.1", host: Int, container: Int) {
    self.address = address
    self.host = host
    self.container = container
  }
}
