import CloudUtil

/// With what an experiment is run: the one place where running here and running elsewhere differ.
struct Machinery: Sendable {
  var provider: any Provider
  var shell: any RemoteShell
  var engine: any ContainerEngine
  var transport: any HTTPTransport

  /// Everything as processes of this machine.
  static func local() throws -> Machinery {
    let shell = LocalShell()
    return Machinery(
      provider: LocalProvider(shell: shell), shell: shell, engine: try ProcessEngine(), transport: CurlTransport())
  }
}
