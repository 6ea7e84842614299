import Foundation

/// What `run_exp <config> plan` prints of the cloud.
extension CloudPlan {
  var text: String {
    [place, TextTable.lines(machineTable, words: ["role", "type"]), quotaLines, costLines]
      .filter { !$0.isEmpty }.map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
  }

  private var place: [String] {
    let region = region ?? "the region of the AWS environment"
    let zones = zones.isEmpty ? "in any zone that offers the types" : "in zones \(zones.joined(separator: ", then "))"
    return ["cloud: \(machines == 1 ? "1 machine" : "\(machines) machines") in \(region), \(zones)"]
  }

  /// `1 frontend c5.9xlarge, 12 worker c5.xlarge; 3.604 USD/h`.
  var shortText: String {
    let machines = groups.map { "\($0.count) \($0.role) \($0.instanceType)" }.joined(separator: ", ")
    return "\(machines); \(perHourText ?? "price unknown")"
  }

  /// `3.604 USD/h`; nil where a price is not known.
  var perHourText: String? { perHour.usd.map(Self.perHourText) }

  static func perHourText(_ usd: Double) -> String { "\(decimal(usd, places: 3)) USD/h" }

  // MARK: Machines

  private var machineTable: [[String]] {
    [["role", "machines", "type", "vCPUs", "USD/h"]]
      + groups.map { group in
        let type = group.instanceType + (group.inPlaceOf.map { " for \($0)" } ?? "")
        return [
          group.role, "\(group.count)", type, group.vcpus.map { "\($0)" } ?? "?",
          group.usd_per_h.map { Self.decimal($0, places: 3) } ?? "?",
        ]
      }
  }

  private var quotaLines: [String] {
    quotas.map { quota in
      let name = quota.family?.name ?? "a quota that is not known here"
      guard !quota.unknownTypes.isEmpty else { return "\(quota.vcpus) vCPUs of \(name)" }
      let unknown = quota.unknownTypes.joined(separator: ", ")
      return "at least \(quota.vcpus) vCPUs of \(name); the size of \(unknown) is not known"
    }
  }

  // MARK: Time and money

  private var costLines: [String] {
    let trials = trials == 1 ? "1 trial" : "\(trials) trials"
    return [
      "\(trials), \(PlanText.duration(load_s)) of load and at most \(PlanText.duration(overhead_s)) between: "
        + "\(Self.decimal(hours, places: 2)) hours",
      price,
      "without volumes, traffic and the time to boot and build; machines cost until they are terminated",
    ]
  }

  private var price: String {
    let table = "on demand, by the price table of \(pricesOf)"
    guard !perHour.isComplete else {
      return "\(Self.decimal(perHour.known_usd, places: 3)) USD/h, "
        + "\(Self.decimal(sweep.known_usd, places: 2)) USD for the sweep (\(table))"
    }
    let unknown = "no price is known for \(perHour.unknownTypes.joined(separator: ", ")) in \(region ?? "this region")"
    guard perHour.known_usd > 0 else { return "price unknown: \(unknown) (\(table))" }
    return "price unknown: \(unknown); the other machines cost \(Self.decimal(perHour.known_usd, places: 3)) USD/h, "
      + "\(Self.decimal(sweep.known_usd, places: 2)) USD for the sweep (\(table))"
  }

  private static func decimal(_ number: Double, places: Int) -> String { String(format: "%.\(places)f", number) }
}
