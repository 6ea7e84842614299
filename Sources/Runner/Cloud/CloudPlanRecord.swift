/// What `run_exp <config> plan --json` prints of the cloud. What is not known is null.
struct CloudPlanRecord: Codable, Equatable, Sendable {
  struct Group: Codable, Equatable, Sendable {
    var role: String
    var machines: Int
    var instance_type: String
    @NullIfUnknown var in_place_of: String?
    @NullIfUnknown var vcpus: Int?
    @NullIfUnknown var quota: String?
    @NullIfUnknown var usd_per_h: Double?
  }

  struct Quota: Codable, Equatable, Sendable {
    @NullIfUnknown var quota: String?
    /// Of the types whose size is known.
    var vcpus: Int
    var types_of_unknown_size: [String]
  }

  @NullIfUnknown var region: String?
  var zones: [String]
  var groups: [Group]
  var machines: Int
  var quotas: [Quota]
  var trials: Int
  var load_s: Double
  var overhead_s: Double
  var hours: Double
  /// null unless every price is known.
  @NullIfUnknown var usd_per_h: Double?
  @NullIfUnknown var usd: Double?
  /// Of the types whose price is known.
  var known_usd_per_h: Double
  var known_usd: Double
  var types_of_unknown_price: [String]
  var prices_of: String
}

extension CloudPlan {
  var record: CloudPlanRecord {
    CloudPlanRecord(
      region: region, zones: zones,
      groups: groups.map {
        CloudPlanRecord.Group(
          role: $0.role, machines: $0.count, instance_type: $0.instanceType, in_place_of: $0.inPlaceOf,
          vcpus: $0.vcpus, quota: $0.quota?.name, usd_per_h: $0.usd_per_h)
      },
      machines: machines,
      quotas: quotas.map {
        CloudPlanRecord.Quota(quota: $0.family?.name, vcpus: $0.vcpus, types_of_unknown_size: $0.unknownTypes)
      },
      trials: trials, load_s: load_s, overhead_s: overhead_s, hours: hours, usd_per_h: perHour.usd, usd: sweep.usd,
      known_usd_per_h: perHour.known_usd, known_usd: sweep.known_usd, types_of_unknown_price: perHour.unknownTypes,
      prices_of: pricesOf)
  }
}
