/// Where queries are posted to.
struct Target: Equatable, Sendable {
  var host: String
  var port: Int
  /// From the first slash on, query string included.
  var path: String

  init(host: String, port: Int, path: String) {
    self.host = host
    self.port = port
    self.path = path
  }

  /// Reads `http://host[:port][/path]`; an IPv6 address stands in brackets.
  /// - Throws: `ClientError` of kind usage.
  init(url: String) throws {
    func refused(_ why: String) -> ClientError {
      ClientError(.usage, "--url \(url): \(why); it has the form http://127.0.0.1:1337/example/predict")
    }
    let scheme = "http://"
    guard url.lowercased().hasPrefix(scheme) else { throw refused("not an http address") }
    let rest = url.dropFirst(scheme.count)
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    let path = rest.dropFirst(authority.count).prefix { $0 != "#" }
    guard !authority.contains("@") else { throw refused("a user name is not supported") }
    guard url.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else { throw refused("a space or control character") }

    var port: Substring?
    if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
      host = String(authority[authority.index(after: authority.startIndex)..<end])
      let after = authority[authority.index(after: end)...]
      guard after.isEmpty || after.hasPrefix(":") else { throw refused("text after the address") }
      port = after.isEmpty ? nil : after.dropFirst()
    } else if let colon = authority.firstIndex(of: ":") {
      host = String(authority[..<colon])
      port = authority[authority.index(after: colon)...]
    } else {
      host = String(authority)
    }
    guard !host.isEmpty else { throw refused("no host") }
    guard let number = port.map({ Int($0) }) ?? 80, (1...65535).contains(number) else { throw refused("not a port") }
    self.port = number
    self.path = path.hasPrefix("/") ? String(path) : "/" + path
  }

  /// The value of the Host header.
  var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
