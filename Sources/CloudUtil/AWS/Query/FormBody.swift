/// The body of a POST as `application/x-www-form-urlencoded`.
public enum FormBody {
  public static let contentType = "application/x-www-form-urlencoded; charset=utf-8"

  /// `name=value` pairs joined by `&`. A space is `+`; everything else but RFC 3986's unreserved characters is
  /// percent-encoded: AWS's own tools send those bytes, and what stands in for AWS may rely on it for the signature.
  public static func encode(_ parameters: [QueryParameter]) -> [UInt8] {
    let pairs = parameters.map { "\(encoded($0.name))=\(encoded($0.value))" }
    return Array(pairs.joined(separator: "&").utf8)
  }

  private static func encoded(_ text: String) -> String {
    PercentEncoding.encode(text).replacing("%20", with: "+")
  }
}
