/// Which items a call describes: those of which `name` has one of `values`, where `*` and `?` stand for anything.
public struct Filter: Hashable, QueryStructured {
  /// As `tag:EXP_ID`, `instance-state-name`.
  public var name: String
  public var values: [String]

  public init(_ name: String, _ values: [String]) {
    self.name = name
    self.values = values
  }

  /// Those whose tag `key` is `value` itself, whatever characters it has.
  public init(tag key: String, _ value: String) {
    var escaped = ""
    for character in value {
      if "*?\\".contains(character) { escaped.append("\\") }
      escaped.append(character)
    }
    self.init("tag:\(key)", [escaped])
  }

  public var parameters: QueryStructure { ["Name": name, "Value": values] }
}
