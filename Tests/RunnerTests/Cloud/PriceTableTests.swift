import CloudUtil
import Foundation
import Testing

@testable import Runner

@Suite("The price table")
struct PriceTableTests {
  static func shipped() throws -> PriceTable {
    try PriceTable.load(path: DocumentationTests.root.appending(path: "run/prices.yml").path)
  }

  private func read(_ text: String) throws -> PriceTable {
    try PriceTableReader.read(JSONNode(try YAMLParser.parse(Array(text.utf8)), source: "p.yml"))
  }

  @Test(
    "that ships has a day, and the machines of the experiments that ship, in three regions",
    arguments: ["us-east-1", "us-east-2", "us-west-2"])
  func shipped(region: String) throws {
    let table = try Self.shipped()
    #expect(UTCTime(iso8601: "\(table.date)T00:00:00Z") != nil)
    for type in ["c5.9xlarge", "c5.xlarge", "m5.xlarge", "p2.xlarge", "g4dn.xlarge"] {
      #expect(table.price(of: type, in: region) != nil, "\(type)")
    }
    #expect((table.price(of: "c5.xlarge", in: region), table.vcpus(of: "c5.xlarge")) == (0.17, 4))
    #expect((table.price(of: "c5.9xlarge", in: region), table.vcpus(of: "c5.9xlarge")) == (1.53, 36))
    #expect((table.price(of: "g4dn.xlarge", in: region), table.vcpus(of: "g4dn.xlarge")) == (0.526, 4))
  }

  @Test("that ships has machines of families with a quota, whose price grows with their size")
  func plausible() throws {
    let table = try Self.shipped()
    for (type, machine) in table.types {
      #expect(QuotaFamily(instanceType: type) != nil, "\(type)")
      // These families are priced by size alone: a slip of the pen stands out.
      if ["c5", "c6i", "m5"].contains(type.prefix { $0 != "." }) {
        let perVCPU = type.hasPrefix("m5") ? 0.048 : 0.0425
        for price in machine.usd_per_h.values {
          #expect(abs(price - perVCPU * Double(machine.vcpus)) < 1e-9, "\(type)")
        }
      }
    }
  }

  @Test("does not know what is not in it")
  func unknown() throws {
    let table = try read("{date: 2026-01-19, types: {c5.large: {vcpus: 2, usd_per_h: {us-east-1: 0.085}}}}")
    #expect(table.price(of: "c5.large", in: "us-east-1") == 0.085)
    #expect(table.price(of: "c5.large", in: "eu-west-1") == nil)
    #expect(table.price(of: "c5.xlarge", in: "us-east-1") == nil)
    #expect(table.vcpus(of: "c5.xlarge") == nil)
    #expect(table.perHour(of: ["c5.large", "c5.large"], in: "us-east-1") == "0.170 USD/h")
    #expect(
      table.perHour(of: ["c5.large", "c5.xlarge"], in: "us-east-1") == "0.085 USD/h and 1 of unknown price")
    #expect(table.perHour(of: ["c5.large"], in: "eu-west-1") == "money (how much is not known)")
    #expect(try JSONDecoder().decode(PriceTable.self, from: JSONEncoder().encode(table)) == table)
  }

  @Test(
    "that is wrong names the place, the key path and what is allowed",
    arguments: [
      ("types: {}", "p.yml: date: missing; allowed: a day"), ("date: 2026-01-19", "p.yml: types: missing"),
      ("{date: 2026-02-30, types: {}}", #"p.yml:1:8: date: found "2026-02-30"; allowed: a day"#),
      ("{date: 2026-01-19, tpyes: {}}", "tpyes: unknown key; did you mean types?"),
      ("{date: 2026-01-19, types: {c5: {vcpus: 2, usd_per_h: {}}}}", "types.c5: no instance type"),
      ("{date: 2026-01-19, types: {c5.large: {usd_per_h: {}}}}", "types.c5.large.vcpus: missing"),
      ("{date: 2026-01-19, types: {c5.large: {vcpus: 0, usd_per_h: {}}}}", "types.c5.large.vcpus: found 0"),
      (
        "{date: 2026-01-19, types: {c5.large: {vcpus: 2, usd_per_h: {us-east-1: 0}}}}",
        "types.c5.large.usd_per_h.us-east-1: found 0; allowed: a number > 0"
      ),
      ("{date: 2026-01-19, types: {c5.large: {vcpus: 2, usd_per_h: {home: 1}}}}", "usd_per_h.home: no region"),
      ("{date: 2026-01-19, types: [c5.large]}", "types: found a list"),
    ])
  func problems(text: String, fragment: String) throws {
    let error = try #require(throws: InvalidPriceTable.self) { try read(text) }
    #expect(error.description.contains(fragment), "\(error)")
    #expect(Ending(of: error).text.contains("in the price table"))
  }
}
