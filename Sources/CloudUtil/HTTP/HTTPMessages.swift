/// A request, whole.
public struct HTTPRequest: Equatable, Sendable {
  public var method: String
  /// `http://` or `https://`.
  public var url: String
  /// In the order in which they are sent.
  public var headers: [HTTPHeader]
  public var body: [UInt8]

  public init(_ method: String, _ url: String, headers: [HTTPHeader] = [], body: [UInt8] = []) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
  }

  public static func get(_ url: String, headers: [HTTPHeader] = []) -> HTTPRequest {
    HTTPRequest("GET", url, headers: headers)
  }
}

/// A response, whole. Any status is one: 404 and 500 are no errors of the transport.
public struct HTTPResponse: Equatable, Sendable {
  public var status: Int
  public var headers: [HTTPHeader]
  public var body: [UInt8]

  public init(status: Int, headers: [HTTPHeader] = [], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// The first header of this name, in whatever case.
  public func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }

  /// The body as UTF-8; broken sequences are replaced.
  public var text: String { String(decoding: body, as: UTF8.self) }
}

public struct HTTPHeader: Equatable, Sendable {
  public var name: String
  public var value: String

  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}
