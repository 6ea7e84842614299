import CloudUtil
import Foundation

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

  /// Of all `instanceTypes`, in words: `1.530 USD/h`, `0.340 USD/h and 2 of unknown price`.
  func perHour(of instanceTypes: [String], in region: String) -> String {
    let known = instanceTypes.compactMap { price(of: $0, in: region) }
    let unknown = instanceTypes.count - known.count
    guard !known.isEmpty || unknown == 0 else { return "money (how much is not known)" }
    let sum = String(format: "%.3f USD/h", known.reduce(0, +))
    return unknown == 0 ? sum : "\(sum) and \(unknown) of unknown price"
  }

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
