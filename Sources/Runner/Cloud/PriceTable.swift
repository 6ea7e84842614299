import CloudUtil

/// What machines cost on demand: what `run/prices.yml` says.
struct PriceTable: Codable, Equatable, Sendable {
  struct InstanceType: Codable, Equatable, Sendable {
    var vcpus: Int
    /// US dollars per hour, by region.
    var usd_per_h: [String: Double]
  }

  /// As of which day the prices hold: `2026-01-19`.
  var date: String
  var types: [String: InstanceType]

  /// Where there is no table.
  static let unknown = PriceTable(date: "unknown", types: [:])

  /// US dollars per hour; nil where it is not known.
  func price(of instanceType: String, in region: String) -> Double? { types[instanceType]?.usd_per_h[region] }

  func vcpus(of instanceType: String) -> Int? { types[instanceType]?.vcpus }

  /// - Throws: `InvalidPriceTable` with everything that is wrong with the file.
  static func load(path: String) throws(InvalidPriceTable) -> PriceTable {
    try PriceTableReader.read(try InputFile<PriceTable>(path: path).yaml())
  }
}

typealias InvalidPriceTable = Invalid<PriceTable>

extension PriceTable: UserInput {
  static var title: String { "the price table" }
  static var kind: String { "a price table" }
  static var example: String { "run/prices.yml" }
}

extension Installation {
  /// What machines cost.
  var prices: String { "\(root)/run/prices.yml" }
}
