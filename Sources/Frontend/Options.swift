import ArgumentParser
import Serving

extension RedundancyMode: ExpressibleByArgument {}
extension QueueMode: ExpressibleByArgument {}
extension CodeKind: ExpressibleByArgument {}

/// A host and a port, `HOST:PORT`.
struct Endpoint: ExpressibleByArgument {
  var host: String
  var port: Int

  init?(argument: String) {
    guard let colon = argument.lastIndex(of: ":"), let port = Int(argument[argument.index(after: colon)...]),
      1...65535 ~= port, colon > argument.startIndex
    else { return nil }
    host = String(argument[..<colon])
    self.port = port
  }
}
