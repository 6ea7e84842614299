/// The body of a POST as `application/x-www-form-urlencoded`.
public enum FormBody {
  public static let contentType = "application/x-www-form-urlencoded; charset=utf-8"

  /// `name=value` pairs joined by `&`. Everything but RFC 3986's unreserved characters is percent-encoded; a space is `%20`,
  /// which every reader of forms takes as it takes `+`.
  public static func encode(_ parameters: [QueryParameter]) -> [UInt8] {
    let pairs = parameters.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }
    return Array(pairs.joined(separator: "&").utf8)
  }
}
