/// A request, whole.
public struct HTTPRequest: Equatable, Sendable {
  public var method: String
  /// `http://` or `https://`.
  public var url: String
  /// In the order in which they are sent.
  public var headers: [HTTPHeader]
  public var body: [UInt8]
  /// Whether it would do harm if it arrived twice unknown to whoever sends it: a transport sends it once. On a connection
  /// that is used again libcurl sends even a POST a second time, if that one ends before a byte of the reply.
  public var isSentOnce = false

  public init(_ method: String, _ url: String, headers: [HTTPHeader] = [], body: [UInt8] = []) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
  }

  /// The first header of this name, in whatever case.
  public func header(_ name: String) -> String? { headers.value(of: name) }

  public static func get(_ url: String, headers: [HTTPHeader] = []) -> HTTPRequest {
    HTTPRequest("GET", url, headers: headers)
  }
}

/// A response, whole. Any status is one: 404 and 500 are no errors of the transport.
public struct HTTPResponse: Equatable, Sendable {
  public var status: Int
  public var headers: [HTTPHeader]
  public var body: [UInt8]
  /// The address of this machine from which the server was asked; nil if that is not known.
  public var localAddress: String?

  public init(status: Int, headers: [HTTPHeader] = [], body: [UInt8] = [], localAddress: String? = nil) {
    self.status = status
    self.headers = headers
    self.body = body
    self.localAddress = localAddress
  }

  /// The first header of this name, in whatever case.
  public func header(_ name: String) -> String? { headers.value(of: name) }

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

extension HTTPHeader: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// `name: value`, but for names whose values prove who asks, `name: <secret>`.
  public var description: String { "\(name): \(isSecret ? Secret(value).description : value)" }
  public var debugDescription: String { description }
  /// Keeps `dump` of a request from reaching such a value.
  public var customMirror: Mirror { Mirror(self, children: [:]) }

  private var isSecret: Bool {
    switch name.lowercased() {
    case "authorization", "x-amz-security-token", "x-aws-ec2-metadata-token": true
    default: false
    }
  }
}

extension [HTTPHeader] {
  /// Of the first of this name, in whatever case.
  func value(of name: String) -> String? { first { $0.isNamed(name) }?.value }

  /// Removes those of this name, in whatever case.
  mutating func remove(_ name: String) { removeAll { $0.isNamed(name) } }
}

extension HTTPHeader {
  fileprivate func isNamed(_ name: String) -> Bool { self.name.lowercased() == name.lowercased() }
}
