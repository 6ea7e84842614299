/// This machine, which serves every role, whatever count and type is asked for. It is never made nor given back.
public struct LocalProvider: Provider {
  private let machine: Host

  public init(shell: any RemoteShell = LocalShell()) {
    machine = Host(name: "localhost", address: "127.0.0.1", shell: shell)
  }

  public func provision(_ spec: FleetSpec) async throws -> Fleet {
    Fleet(hosts: spec.groups.mapValues { _ in [machine] })
  }

  public func list() async throws -> [String] { [] }

  public func release(_ tag: String) async throws {}
}
