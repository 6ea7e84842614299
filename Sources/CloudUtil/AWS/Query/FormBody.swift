/// The body of a POST as `application/x-www-form-urlencoded`.
public enum FormBody {
  public static let contentType = "application/x-www-form-urlencoded; charset=utf-8"

  /// `name=value` pairs joined by `&`. Everything but RFC 3986's unreserved characters is percent-encoded; a space is `%20`,
  /// which every reader of forms takes as it takes `+`.
  public static func encode(_ parameters: [QueryParameter]) -> [UInt8] {
    var body: [UInt8] = []
    for parameter in parameters {
      if !body.isEmpty { body.append(UInt8(ascii: "&")) }
      append(parameter.name, to: &body)
      body.append(UInt8(ascii: "="))
      append(parameter.value, to: &body)
    }
    return body
  }

  private static let digits = Array("0123456789ABCDEF".utf8)

  private static func append(_ text: String, to body: inout [UInt8]) {
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        body.append(byte)
      default: body += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
  }
}
