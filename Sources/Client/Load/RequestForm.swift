import NIOCore
import NIOHTTP1
import Serving

/// How a query becomes an HTTP request.
struct RequestForm: Sendable {
  var target: Target
  var contentType: String

  func head(of query: Schedule.Query, bodyBytes: Int) -> HTTPRequestHead {
    var headers = HTTPHeaders()
    headers.reserveCapacity(5)
    headers.add(name: "host", value: target.authority)
    headers.add(name: "content-type", value: contentType)
    headers.add(name: "content-length", value: String(bodyBytes))
    headers.add(name: "query", value: String(query.query))
    if query.isWarmup { headers.add(name: "phase", value: "warmup") }
    return HTTPRequestHead(version: .http1_1, method: .POST, uri: target.path, headers: headers)
  }
}
