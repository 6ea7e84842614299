import CloudUtil
import Foundation
import Testing

@testable import Runner

@Suite("A plan for the cloud")
struct CloudPlanTests {
  private static let prices = PriceTable(
    date: "2026-01-19",
    types: [
      "c5.9xlarge": .init(vcpus: 36, usd_per_h: ["us-east-1": 1.53]),
      "g4dn.xlarge": .init(vcpus: 4, usd_per_h: ["us-east-1": 0.526]),
      "m5.xlarge": .init(vcpus: 4, usd_per_h: ["us-east-1": 0.192]),
    ])

  private func plan(
    worker: String = "g4dn.xlarge", frontend: String = "c5.9xlarge", region: String? = "us-east-1",
    zones: [String] = ["us-east-1a", "us-east-1b"], load_s: [Double] = [1700, 1800]
  ) -> CloudPlan {
    CloudPlan(
      groups: [
        Role("client"): .init(count: 4, instanceType: "m5.xlarge"),
        Role("frontend"): .init(count: 1, instanceType: frontend),
        Role("worker"): .init(count: 18, instanceType: worker),
      ], inPlaceOf: [Role("worker"): "p2.xlarge"], region: region, zones: zones, prices: Self.prices, load_s: load_s,
      overhead_s: 50)
  }

  @Test("of a sweep with everything known reads so")
  func golden() {
    #expect(
      plan().text == """
        cloud: 23 machines in us-east-1, in zones us-east-1a, then us-east-1b

        role      machines  type                       vCPUs  USD/h
        frontend         1  c5.9xlarge                    36  1.530
        worker          18  g4dn.xlarge for p2.xlarge     72  9.468
        client           4  m5.xlarge                     16  0.768

        52 vCPUs of Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances
        72 vCPUs of Running On-Demand G and VT instances

        2 trials, 58 m 20 s of load and at most 1 m 40 s between: 1.00 hours
        11.766 USD/h, 11.77 USD for the sweep (on demand, by the price table of 2026-01-19)
        without volumes, traffic and the time to boot and build; machines cost until they are terminated

        """)
  }

  @Test("adds up machines, vCPUs by quota, hours and money")
  func sums() {
    let plan = plan()
    #expect(plan.machines == 23)
    #expect(plan.groups.map(\.role) == ["frontend", "worker", "client"])
    #expect(
      plan.quotas == [
        .init(family: .standard, vcpus: 52, unknownTypes: []), .init(family: .graphics, vcpus: 72, unknownTypes: []),
      ])
    #expect(plan.hours == 1)
    #expect(abs((plan.perHour.usd ?? 0) - 11.766) < 1e-9)
    #expect(abs((plan.sweep.usd ?? 0) - 11.766) < 1e-9)
  }

  @Test("calls a price unknown that is not in the table, and says the part that is known")
  func unknownPrice() {
    let plan = plan(worker: "c9.xlarge")
    #expect(plan.perHour == .init(known_usd: 1.53 + 4 * 0.192, unknownTypes: ["c9.xlarge"]))
    #expect(plan.perHour.usd == nil && plan.sweep.usd == nil)
    #expect(
      plan.text.contains(
        "price unknown: no price is known for c9.xlarge in us-east-1; "
          + "the other machines cost 2.298 USD/h, 2.30 USD for the sweep"))
    #expect(plan.text.contains("worker          18  c9.xlarge for p2.xlarge      ?      ?\n"))
    #expect(
      plan.text.contains(
        "at least 52 vCPUs of Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances; "
          + "the size of c9.xlarge is not known"))
  }

  @Test("knows vCPUs and no price where a region, or which one, is not known", arguments: ["mars-north-1", nil])
  func unknownRegion(region: String?) {
    let plan = plan(region: region, zones: [])
    #expect(plan.quotas.map(\.vcpus) == [52, 72])
    #expect(plan.perHour == .init(known_usd: 0, unknownTypes: ["c5.9xlarge", "g4dn.xlarge", "m5.xlarge"]))
    let place = region ?? "the region of the AWS environment"
    #expect(plan.text.hasPrefix("cloud: 23 machines in \(place), in any zone that offers the types\n"))
    #expect(plan.text.contains("price unknown: no price is known for c5.9xlarge, g4dn.xlarge, m5.xlarge in "))
    #expect(!plan.text.contains("USD for the sweep"))
  }

  @Test("calls a quota unknown rather than leaving its machines out")
  func unknownQuota() {
    let plan = plan(frontend: "mac1.metal")
    #expect(plan.quotas.last == .init(family: nil, vcpus: 0, unknownTypes: ["mac1.metal"]))
    #expect(
      plan.text.contains("at least 0 vCPUs of a quota that is not known here; the size of mac1.metal is not known"))
  }

  @Test("says nothing of a substitution that changes nothing")
  func noSubstitution() {
    let plan = plan(worker: "p2.xlarge")
    #expect(plan.groups.allSatisfy { $0.inPlaceOf == nil })
  }

  @Test("for machines has every key, null where something is not known")
  func record() throws {
    let known = plan().record
    #expect(known.groups.map(\.quota).allSatisfy { $0 != nil })
    #expect(known.groups[1].in_place_of == "p2.xlarge")
    #expect((known.machines, known.trials, known.hours) == (23, 2, 1))
    #expect(known.usd_per_h == known.known_usd_per_h && known.prices_of == "2026-01-19")

    let unknown = plan(worker: "q1.large", region: nil).record
    let data = try JSONEncoder().encode(unknown)
    #expect(try JSONDecoder().decode(CloudPlanRecord.self, from: data) == unknown)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    for key in ["region", "usd_per_h", "usd"] { #expect(object[key] is NSNull, "\(key)") }
    let worker = try #require((object["groups"] as? [[String: Any]])?[1])
    for key in ["vcpus", "quota", "usd_per_h"] { #expect(worker[key] is NSNull, "\(key)") }
    #expect(worker["in_place_of"] as? String == "p2.xlarge")
  }

  @Test("of a price table and a cluster file that ship is known to the last cent")
  func shipped() throws {
    guard case .ec2(let settings) = try ClusterFile.load(path: ClusterFileTests.path, environment: [:]) else {
      throw ClusterText.Unexpected()
    }
    let types = [Role("frontend"): "c5.9xlarge", Role("worker"): "p2.xlarge", Role("client"): "m5.xlarge"]
    let plan = CloudPlan(
      groups: types.mapValues { .init(count: 2, instanceType: settings.instanceType(inPlaceOf: $0)) },
      inPlaceOf: types, region: "us-east-1", zones: settings.zones, prices: try PriceTableTests.shipped(),
      load_s: [3600], overhead_s: 0)
    #expect(plan.perHour.isComplete)
    #expect(abs(plan.sweep.known_usd - 2 * (1.53 + 0.526 + 0.192)) < 1e-9)
    #expect(plan.groups.map(\.inPlaceOf) == [nil, "p2.xlarge", nil])
  }
}
