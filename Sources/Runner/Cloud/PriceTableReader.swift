import CloudUtil

/// Reads a price table. All problems are collected; a `PriceTable` comes out only if there is none.
struct PriceTableReader {
  private var problems = ProblemList()

  private static let rule = "date: \"2026-01-19\" and types: {c5.large: \(typeRule)}"
  private static let dateRule = "a day such as \"2026-01-19\""
  private static let typeRule = "{vcpus: 2, usd_per_h: {us-east-1: 0.085}}"
  private static let priceRule = "prices by region, such as {us-east-1: 0.085}"

  /// - Throws: `InvalidPriceTable`.
  static func read(_ root: JSONNode) throws(InvalidPriceTable) -> PriceTable {
    var reader = PriceTableReader()
    guard let table = reader.table(Field(keyPath: "", node: root)), reader.problems.problems.isEmpty else {
      throw InvalidPriceTable(problems: reader.problems.problems)
    }
    return table
  }

  /// nil, and a problem, if there is none to be had.
  private mutating func table(_ root: Field) -> PriceTable? {
    guard let keys = root.members(known: ["date", "types"], allowed: Self.rule, problems: &problems) else { return nil }
    let date = date(keys.required("date", allowed: Self.dateRule, problems: &problems))
    guard let types = keys.required("types", allowed: Self.rule, problems: &problems) else { return nil }
    var table = PriceTable(date: date ?? "", types: [:])
    for entry in types.entries(allowed: Self.rule, problems: &problems) { table.types[entry.key] = type(entry) }
    return date == nil ? nil : table
  }

  private mutating func date(_ field: Field?) -> String? {
    guard let field, let date = field.string(allowed: Self.dateRule, problems: &problems) else { return nil }
    guard UTCTime(iso8601: "\(date)T00:00:00Z") != nil else {
      problems.add(field, allowed: Self.dateRule)
      return nil
    }
    return date
  }

  private mutating func type(_ entry: Entry) -> PriceTable.InstanceType? {
    if !AWSName.isInstanceType(entry.key) { problems.add(entry.problem("no instance type such as c5.large")) }
    guard
      let members = entry.value.members(known: ["vcpus", "usd_per_h"], allowed: Self.typeRule, problems: &problems)
    else { return nil }
    let vcpus = members.required("vcpus", allowed: "an integer from 1", problems: &problems)?
      .integer(1...4096, problems: &problems)
    let prices = members.required("usd_per_h", allowed: Self.priceRule, problems: &problems)?
      .entries(allowed: Self.priceRule, problems: &problems)
    guard let vcpus, let prices else { return nil }
    var type = PriceTable.InstanceType(vcpus: vcpus, usd_per_h: [:])
    for entry in prices {
      if !AWSName.isRegion(entry.key) { problems.add(entry.problem("no region such as us-east-1")) }
      // A machine for nothing would be a price that somebody forgot.
      type.usd_per_h[entry.key] = entry.value.number(
        0...10_000, isOpen: true, unit: " (USD per hour)", problems: &problems)
    }
    return type
  }
}
