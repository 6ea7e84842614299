import CloudUtil

/// What an experiment needs in the cloud and what that costs, as far as it is known without asking the cloud. Pure.
struct CloudPlan: Equatable, Sendable {
  struct Group: Equatable, Sendable {
    var role: String
    var count: Int
    var instanceType: String
    /// What the experiment asks for, where another type takes its place.
    var inPlaceOf: String?
    /// Of all machines of the group; nil where the type is not in the price table.
    var vcpus: Int?
    /// nil where the type has no quota that is known.
    var quota: QuotaFamily?
    /// Of all machines of the group; nil where the price is not known.
    var usd_per_h: Double?
  }

  /// The vCPUs that count against one quota.
  struct Quota: Equatable, Sendable {
    /// nil: of types whose quota is not known.
    var family: QuotaFamily?
    /// Of the types whose size is known.
    var vcpus: Int
    /// Types whose size is not known, which come on top.
    var unknownTypes: [String]
  }

  /// A sum of money; where a price is not known, the part of it that is.
  struct Cost: Equatable, Sendable {
    var known_usd: Double
    /// Types without a price.
    var unknownTypes: [String]

    var isComplete: Bool { unknownTypes.isEmpty }
    /// nil unless every price is known.
    var usd: Double? { isComplete ? known_usd : nil }
  }

  /// nil: what the environment of AWS says.
  var region: String?
  /// In the order in which they are tried; empty: all of the region that offer the types.
  var zones: [String]
  /// By role.
  var groups: [Group]
  var trials: Int
  /// Of all trials.
  var load_s: Double
  /// At most, between all trials.
  var overhead_s: Double
  /// As of which day the prices hold.
  var pricesOf: String

  /// - Parameters:
  ///   - groups: the machines to launch, substitutions made.
  ///   - inPlaceOf: by role, the type that the experiment asks for where another is launched.
  ///   - load_s: of each trial.
  ///   - overhead_s: of a trial, beside its load.
  init(
    groups: [Role: FleetSpec.Group], inPlaceOf: [Role: String] = [:], region: String?, zones: [String],
    prices: PriceTable, load_s: [Double], overhead_s: Double
  ) {
    self.region = region
    self.zones = zones
    self.groups = groups.sorted { Self.order($0.key) < Self.order($1.key) }.map { role, group in
      let type = group.instanceType
      return Group(
        role: role.name, count: group.count, instanceType: type,
        inPlaceOf: inPlaceOf[role].flatMap { $0 == type ? nil : $0 },
        vcpus: prices.vcpus(of: type).map { $0 * group.count }, quota: QuotaFamily(instanceType: type),
        usd_per_h: region.flatMap { prices.price(of: type, in: $0) }.map { $0 * Double(group.count) })
    }
    trials = load_s.count
    self.load_s = load_s.reduce(0, +)
    self.overhead_s = overhead_s * Double(load_s.count)
    pricesOf = prices.date
  }

  /// In the order of a query's way back: the frontend, what serves it, who asks; other roles by name.
  private static func order(_ role: Role) -> (Int, String) {
    (["frontend", "worker", "client"].firstIndex(of: role.name) ?? 3, role.name)
  }

  // MARK: Sums

  var machines: Int { groups.reduce(0) { $0 + $1.count } }

  /// From the first trial to the end of the last: load and overhead, without the time to boot and to build.
  var hours: Double { (load_s + overhead_s) / 3600 }

  /// In AWS's order of families, what has no known family last.
  var quotas: [Quota] {
    (QuotaFamily.allCases + [nil]).compactMap { family in
      let groups = groups.filter { $0.quota == family && $0.count > 0 }
      guard !groups.isEmpty else { return nil }
      return Quota(
        family: family, vcpus: groups.reduce(0) { $0 + ($1.vcpus ?? 0) },
        unknownTypes: Self.types(groups.filter { $0.vcpus == nil }))
    }
  }

  var perHour: Cost {
    Cost(
      known_usd: groups.reduce(0) { $0 + ($1.usd_per_h ?? 0) },
      unknownTypes: Self.types(groups.filter { $0.usd_per_h == nil && $0.count > 0 }))
  }

  /// For all trials; `perHour` goes on until the machines are given back.
  var sweep: Cost {
    Cost(known_usd: perHour.known_usd * hours, unknownTypes: perHour.unknownTypes)
  }

  private static func types(_ groups: [Group]) -> [String] { Set(groups.map(\.instanceType)).sorted() }
}
