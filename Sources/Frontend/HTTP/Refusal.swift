import NIOHTTP1

/// A reply that carries no output: what is wrong with the request, or with us, in words for its sender.
struct Refusal: Error, Equatable {
  var status: HTTPResponseStatus
  var reason: String
  /// A header that belongs to the status, such as `Allow` or `Retry-After`.
  var header: Header?

  struct Header: Equatable {
    var name: String
    var value: String
  }

  init(_ status: HTTPResponseStatus, _ reason: String, header: Header? = nil) {
    self.status = status
    self.reason = reason
    self.header = header
  }
}
