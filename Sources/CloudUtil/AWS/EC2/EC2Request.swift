/// A call of the EC2 API (version 2016-11-15): what is sent, and how its reply is read. Nothing is sent for what is nil.
public protocol EC2Request: Sendable {
  associatedtype Response: Sendable

  /// As `RunInstances`.
  static var action: String { get }
  var parameters: QueryStructure { get }
  /// Whether sending it again does no harm when it is not known whether it was carried out.
  var isRepeatable: Bool { get }

  /// - Throws: `ReplyProblem` if the reply lacks what it must have.
  static func response(_ reply: ReplyElement) throws -> Response
}

extension EC2Request {
  public var isRepeatable: Bool { true }

  /// The pairs of the form, in an order that depends on nothing but the request.
  public var form: [QueryParameter] {
    [QueryParameter("Action", Self.action), QueryParameter("Version", "2016-11-15")] + parameters.flattened
  }

  /// For replies that say `<return>true</return>` or nothing.
  static func requireSuccess(_ reply: ReplyElement) throws {
    if let result = reply.text("return"), result != "true" {
      throw ReplyProblem("<\(reply.name)> returns \(result)")
    }
  }
}

/// A request whose reply comes in pages.
public protocol PagedEC2Request: EC2Request where Response == Page<Item> {
  associatedtype Item: Sendable

  /// Where the page begins that is asked for; nil for the first.
  var nextToken: String? { get set }
}

/// Some of the items that were asked for.
public struct Page<Item: Sendable>: Sendable {
  public var items: [Item]
  /// Where the next page begins; nil if this is the last.
  public var nextToken: String?

  public init(_ items: [Item], nextToken: String? = nil) {
    self.items = items
    self.nextToken = nextToken
  }
}

extension Page: Equatable where Item: Equatable {}
