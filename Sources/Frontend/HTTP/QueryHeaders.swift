import NIOHTTP1
import Serving

/// What the headers of a request say about its query, read in one pass.
struct QueryHeaders: Equatable {
  var contentType: String?
  /// Bytes of the body, if it is said.
  var contentLength: Int?
  /// `query`: the sender's number of the query.
  var query: Int?
  /// `phase`.
  var phase = Phase.measured
  /// The sender waits for leave to send the body.
  var expectsContinue = false

  init(_ headers: HTTPHeaders) {
    for (name, value) in headers {
      // Few names have one of these lengths: the rest are not compared.
      switch name.utf8.count {
      case 5 where QueryHeaders.matches(name, "query"): query = Int(value)
      case 5 where QueryHeaders.matches(name, "phase"): phase = value == "warmup" ? .warmup : .measured
      case 6 where QueryHeaders.matches(name, "expect"): expectsContinue = value.lowercased() == "100-continue"
      case 12 where QueryHeaders.matches(name, "content-type"): contentType = value
      case 14 where QueryHeaders.matches(name, "content-length"): contentLength = Int(value)
      default: break
      }
    }
  }

  /// Whether `name` is `lowercased`, a word of ASCII letters and hyphens, in any case.
  private static func matches(_ name: String, _ lowercased: StaticString) -> Bool {
    var index = 0
    for byte in name.utf8 {
      guard byte | 0x20 == lowercased.utf8Start[index] else { return false }
      index += 1
    }
    return true
  }
}
