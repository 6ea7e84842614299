/// A request in the one form of which both its sender and AWS compute the signature.
struct CanonicalRequest: Equatable, Sendable {
  let text: String
  /// The names of the headers that it covers, in its order: `host;x-amz-date`.
  let signedHeaders: String

  /// Changed or dropped on the way by those who may: never signed.
  private static let unsigned: Set<String> = [
    "authorization", "connection", "expect", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer",
    "transfer-encoding", "upgrade", "user-agent", "x-amzn-trace-id",
  ]

  /// - Parameters:
  ///   - url: of `request`.
  ///   - isPathVerbatim: as S3 has it; every other service takes the path normalised and encoded once more.
  /// - Throws: `SHA256.Unavailable`.
  init(_ request: HTTPRequest, url: HTTPURL, isPathVerbatim: Bool = false) throws {
    var values: [String: [String]] = [:]
    for header in request.headers {
      let name = header.name.lowercased()
      guard !CanonicalRequest.unsigned.contains(name) else { continue }
      values[name, default: []].append(CanonicalRequest.trimmed(header.value))
    }
    if values["host"] == nil { values["host"] = [url.hostHeader] }
    let headers = values.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    let path = url.path.isEmpty ? "/" : url.path

    signedHeaders = headers.map(\.key).joined(separator: ";")
    let lines =
      [
        request.method.uppercased(), isPathVerbatim ? path : CanonicalRequest.encoded(path: path),
        CanonicalRequest.sorted(query: url.query),
      ] + headers.map { "\($0.key):\($0.value.joined(separator: ","))" } + [
        "", signedHeaders, try request.header("x-amz-content-sha256") ?? SHA256.hex(request.body),
      ]
    text = lines.joined(separator: "\n")
  }

  /// Without empty segments, `.` and `..` (RFC 3986, section 5.2.4); what was encoded already is encoded again.
  private static func encoded(path: String) -> String {
    let parts = path.utf8.split(separator: UInt8(ascii: "/"))
    var segments: [Substring.UTF8View] = []
    for part in parts.map({ Substring($0).utf8 }) where !part.elementsEqual(".".utf8) {
      if part.elementsEqual("..".utf8) { _ = segments.popLast() } else { segments.append(part) }
    }
    let end = path.utf8.last == UInt8(ascii: "/") && !segments.isEmpty ? "/" : ""
    return "/" + segments.map { PercentEncoding.encode($0) }.joined(separator: "/") + end
  }

  /// By encoded name, then by encoded value; every name has its `=`.
  private static func sorted(query: String) -> String {
    guard !query.isEmpty else { return "" }
    let pairs = query.utf8.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false).map { pair in
      let name = pair.prefix { $0 != UInt8(ascii: "=") }
      return [name, pair.dropFirst(name.count + 1)].map { PercentEncoding.encode(PercentEncoding.decode($0)) }
    }
    return pairs.sorted { $0.lexicographicallyPrecedes($1) }.map { $0.joined(separator: "=") }.joined(separator: "&")
  }

  /// Without space at its ends, and with one blank for each space within.
  private static func trimmed(_ value: String) -> String {
    let words = value.utf8.split { $0 == UInt8(ascii: " ") || (9...13).contains($0) }
    return words.map { String(Substring($0)) }.joined(separator: " ")
  }
}
