/// The parts of an `http://` or `https://` URL, as they are written in it. A fragment is left out: it is never sent.
struct HTTPURL: Equatable, Sendable {
  /// `http` or `https`.
  var scheme: String
  /// What stands before the host's `@`; holds a password, as a rule.
  var user: Secret?
  /// In lower case; an IPv6 address without its brackets.
  var host: String
  /// Nil for the scheme's own.
  var port: Int?
  /// Begins with `/`, or is empty.
  var path: String
  /// What follows the `?`; empty if nothing does.
  var query: String

  /// Nil if `text` is no such URL or names no host.
  init?(_ text: String) {
    // Bytes, not characters: a combining mark after a `?` makes one character with it.
    let bytes = text.utf8
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), bytes[colon...].starts(with: "://".utf8) else {
      return nil
    }
    scheme = text[..<colon].lowercased()
    guard scheme == "http" || scheme == "https" else { return nil }
    let rest = bytes[colon...].dropFirst(3).prefix { $0 != UInt8(ascii: "#") }
    let authority = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
    let target = rest[authority.endIndex...]
    let path = target.prefix { $0 != UInt8(ascii: "?") }
    self.path = String(Substring(path))
    query = String(Substring(target[path.endIndex...].dropFirst()))

    var place = Substring(authority)
    if let at = authority.lastIndex(of: UInt8(ascii: "@")) {
      user = Secret(String(text[authority.startIndex..<at]))
      place = Substring(authority[at...].dropFirst())
    }
    guard let (host, port) = HTTPURL.split(place), !host.isEmpty else { return nil }
    self.host = host.lowercased()
    let number = UInt16(port)
    guard port.isEmpty || number != nil else { return nil }
    self.port = number.map(Int.init).flatMap { $0 == (scheme == "http" ? 80 : 443) ? nil : $0 }
  }

  /// The value of the header `Host` in a request to it.
  var hostHeader: String {
    (host.contains(":") ? "[\(host)]" : host) + (port.map { ":\($0)" } ?? "")
  }

  private static func split(_ place: Substring) -> (host: Substring, port: Substring)? {
    if place.first == "[" {
      guard let end = place.firstIndex(of: "]") else { return nil }
      let rest = place[place.index(after: end)...]
      guard rest.isEmpty || rest.first == ":" else { return nil }
      return (place[..<end].dropFirst(), rest.dropFirst())
    }
    guard let colon = place.firstIndex(of: ":") else { return (place, "") }
    return (place[..<colon], place[place.index(after: colon)...])
  }
}

extension HTTPRequest {
  /// The URL for errors, whether or not it is one: with `<secret>` for the user and password before its host.
  var printableURL: String {
    guard let start = url.firstRange(of: "://")?.upperBound else { return url }
    let authority = url[start...].utf8.prefix { !"/?#".utf8.contains($0) }
    guard let at = authority.lastIndex(of: UInt8(ascii: "@")) else { return url }
    return url[..<start] + "<secret>" + url[at...]
  }
}
