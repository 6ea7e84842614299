import CloudUtil
import Foundation

/// What `run_exp list` prints: every cluster of ours, what it has, how old it is and what it has cost.
struct ClusterList: Encodable, Equatable {
  struct Entry: Encodable, Equatable {
    var experiment: String
    var cluster: String
    var owner: String
    /// By role, type and state: `12 worker c5.xlarge running`.
    var machines: [String]
    var instances: [String]
    var zones: [String]
    /// Of its oldest machine; null where there is none.
    @NullIfUnknown var age_s: Int?
    /// ISO 8601; null where no tag says it.
    @NullIfUnknown var expires: String?
    /// Since its machines were launched, those that run; null where a price is not known.
    @NullIfUnknown var cost_usd: Double?
  }

  var region: String
  /// As of which day the prices hold.
  var prices_of: String
  var clusters: [Entry]

  init(_ views: [ClusterView], region: String, prices: PriceTable, now: UTCTime) {
    self.region = region
    prices_of = prices.date
    clusters = views.map { view in
      let alive = view.instances.filter { !$0.state.isEnding }
      let groups = Dictionary(grouping: view.instances) {
        "\($0.role?.name ?? "?") \($0.type) \($0.state)"
      }
      let costs = alive.map { instance -> Double? in
        guard let since = instance.launchTime, let price = prices.price(of: instance.type, in: region) else {
          return nil
        }
        return instance.state == .stopped ? 0 : price * ((now - since) / .seconds(3600))
      }
      return Entry(
        experiment: view.id.experiment, cluster: view.id.name, owner: view.owner,
        machines: groups.map { "\($0.value.count) \($0.key)" }.sorted(), instances: view.instances.map(\.id).sorted(),
        zones: Set(view.instances.compactMap(\.availabilityZone)).sorted(),
        age_s: view.instances.compactMap(\.launchTime).min().map { Int((now - $0).components.seconds) },
        expires: view.expires?.iso8601,
        cost_usd: costs.contains(nil) ? nil : costs.compactMap { $0 }.reduce(0, +))
    }
  }

  var text: String {
    guard !clusters.isEmpty else { return "no clusters in \(region)\n" }
    let header = ["experiment", "cluster", "machines", "zones", "age", "ends at", "cost so far", "owner"]
    let rows = clusters.map { entry in
      [
        entry.experiment, entry.cluster, entry.machines.isEmpty ? "none" : entry.machines.joined(separator: ", "),
        entry.zones.joined(separator: ","), entry.age_s.map { PlanText.duration(Double($0)) } ?? "-",
        entry.expires ?? "unknown", entry.cost_usd.map { String(format: "$%.2f", $0) } ?? "unknown", entry.owner,
      ].map(JSONNode.printable)  // Tags say anything, line breaks too.
    }
    return TextTable.lines([header] + rows, words: ["experiment", "cluster", "machines", "zones", "ends at", "owner"])
      .map { $0 + "\n" }.joined()
      + "region \(region); \(prices)\n"
  }

  private var prices: String {
    prices_of == PriceTable.unknown.date ? "no prices are known" : "prices on demand as of \(prices_of)"
  }
}
