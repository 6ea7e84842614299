import ArgumentParser
import Wire

#if canImport(Glibc)
  import Glibc
#endif

/// Loads the network between hosts: moves bytes to another of its kind and back, as it is ordered to.
@main
struct Shuffle: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "shuffle",
    abstract: "Moves bytes between the worker hosts of an experiment, as background traffic.",
    discussion: """
      Takes orders from one connection, and bytes from others of its kind. It ends, and drops at once whatever is on its \
      way, when it is told to, at SIGTERM, when who gives the orders has gone, or if nobody does within a minute.

      Environment: RUN_EXP_LINK_SECRET, which every connection has to begin with.

      Exit codes: 0 ended as it should, 64 usage, 69 the port is taken or there is no secret.
      """)

  @Option(help: "The address to listen on.")
  var host = "0.0.0.0"
  @Option(help: "The port to listen on.")
  var port = Shuffles.port

  func validate() throws {
    guard 1...65_535 ~= port else { throw ValidationError("--port \(port): a port is 1 to 65535") }
  }

  func run() throws {
    Ending.onTermination()
    guard let secret = getenv("RUN_EXP_LINK_SECRET").map({ String(cString: $0) }), !secret.isEmpty else {
      Log.line("shuffle: RUN_EXP_LINK_SECRET is not set")
      throw ExitCode(69)
    }
    do {
      try Mover(secret: secret, port: port).serve(host: host)
    } catch {
      Log.line("shuffle: cannot listen on \(host):\(port): \(error)")
      throw ExitCode(69)
    }
  }
}
