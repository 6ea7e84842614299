/// Which items a call describes: those of which `name` has one of `values`, where `*` and `?` stand for anything.
public struct Filter: Hashable, QueryStructured {
  /// As `tag:EXP_ID`, `instance-state-name`.
  public var name: String
  public var values: [String]

  public init(_ name: String, _ values: [String]) {
    self.name = name
    self.values = values
  }

  public init(tag key: String, _ value: String) { self.init("tag:\(key)", [value]) }

  public var parameters: QueryStructure { ["Name": name, "Value": values] }
}
