import FoundationEssentials

/// What a parameter of AWS's Query protocol may hold. EC2's flavour: lists have no `member` between name and number, and
/// an empty list or structure is not sent at all.
public protocol QueryValue: Sendable {
  /// Adds this value to `parameters` under `name`, the path of everything around it.
  func append(to parameters: inout [QueryParameter], name: String)
}

/// One pair of a request's form.
public struct QueryParameter: Hashable, Sendable {
  public var name: String
  public var value: String

  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// Members by the name they have on the wire, in the order in which they are sent; those that are nil are left out.
public struct QueryStructure: QueryValue, ExpressibleByDictionaryLiteral {
  private var members: [(name: String, value: (any QueryValue)?)]

  public init(dictionaryLiteral members: (String, (any QueryValue)?)...) {
    self.members = members.map { ($0.0, $0.1) }
  }

  /// The pairs of the form.
  public var flattened: [QueryParameter] {
    var parameters: [QueryParameter] = []
    append(to: &parameters, name: "")
    return parameters
  }

  public func append(to parameters: inout [QueryParameter], name: String) {
    for member in members {
      member.value?.append(to: &parameters, name: name.isEmpty ? member.name : "\(name).\(member.name)")
    }
  }
}

/// A value of the EC2 API that is sent as a structure.
public protocol QueryStructured: QueryValue {
  var parameters: QueryStructure { get }
}

extension QueryStructured {
  public func append(to parameters: inout [QueryParameter], name: String) {
    self.parameters.append(to: &parameters, name: name)
  }
}

extension String: QueryValue {
  public func append(to parameters: inout [QueryParameter], name: String) {
    parameters.append(QueryParameter(name, self))
  }
}

extension Int: QueryValue {
  public func append(to parameters: inout [QueryParameter], name: String) {
    parameters.append(QueryParameter(name, String(self)))
  }
}

extension Bool: QueryValue {
  public func append(to parameters: inout [QueryParameter], name: String) {
    parameters.append(QueryParameter(name, self ? "true" : "false"))
  }
}

extension Array: QueryValue where Element: QueryValue {
  public func append(to parameters: inout [QueryParameter], name: String) {
    for (index, element) in enumerated() { element.append(to: &parameters, name: "\(name).\(index + 1)") }
  }
}

/// An enumeration is sent as what stands for it on the wire.
extension QueryValue where Self: RawRepresentable, RawValue == String {
  public func append(to parameters: inout [QueryParameter], name: String) {
    rawValue.append(to: &parameters, name: name)
  }
}

/// Bytes, sent as Base64.
public struct QueryBytes: QueryValue, Hashable {
  public var bytes: [UInt8]

  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  public func append(to parameters: inout [QueryParameter], name: String) {
    Data(bytes).base64EncodedString().append(to: &parameters, name: name)
  }
}
