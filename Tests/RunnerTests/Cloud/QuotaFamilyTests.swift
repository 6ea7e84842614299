import Testing

@testable import Runner

@Suite("A quota family")
struct QuotaFamilyTests {
  @Test(
    "has the machines whose letters are in its name",
    arguments: [
      (
        QuotaFamily.standard,
        [
          "a1.large", "c5.xlarge", "c5.18xlarge", "c6i.metal", "c7i-flex.large", "d3en.xlarge", "h1.2xlarge",
          "i3.large",
          "i4i.large", "im4gn.large", "is4gen.large", "m5.xlarge", "m5dn.large", "r6id.large", "t3.micro", "z1d.large",
        ]
      ),
      (.graphics, ["g4dn.xlarge", "g5.xlarge", "g5g.metal", "g6e.xlarge", "gr6.4xlarge", "vt1.3xlarge"]),
      (.p, ["p2.xlarge", "p3dn.24xlarge", "p5.48xlarge", "p6-b200.48xlarge"]), (.f, ["f1.2xlarge", "f2.6xlarge"]),
      (.inferentia, ["inf1.xlarge", "inf2.48xlarge"]), (.trainium, ["trn1.2xlarge", "trn1n.32xlarge"]),
      (.x, ["x1.16xlarge", "x1e.xlarge", "x2iedn.metal"]), (.highMemory, ["u-6tb1.metal", "u7in-16tb.224xlarge"]),
      (.hpc, ["hpc6a.48xlarge", "hpc7g.4xlarge"]), (.deepLearning, ["dl1.24xlarge", "dl2q.24xlarge"]),
    ])
  func families(family: QuotaFamily, types: [String]) {
    for type in types { #expect(QuotaFamily(instanceType: type) == family, "\(type)") }
  }

  @Test("is not guessed", arguments: ["mac1.metal", "cc2.8xlarge", "q1.large", "local", "", ".large", "C5.large"])
  func unknown(type: String) { #expect(QuotaFamily(instanceType: type) == nil) }

  @Test("says which machines have GPUs, of whatever generation, and no others")
  func gpus() {
    for type in [
      "g3s.xlarge", "g4ad.xlarge", "g4dn.xlarge", "g5.xlarge", "g5g.metal", "g6.xlarge", "g6e.xlarge", "gr6.4xlarge",
      "p2.xlarge", "p3dn.24xlarge", "p4d.24xlarge", "p4de.24xlarge", "p5.48xlarge", "p5e.48xlarge", "p5en.48xlarge",
    ] { #expect(QuotaFamily.hasGPU(instanceType: type), "\(type)") }
    for type in ["vt1.3xlarge", "c5.xlarge", "c6gn.large", "m7g.large", "inf1.xlarge", "trn1.2xlarge", "local", ""] {
      #expect(!QuotaFamily.hasGPU(instanceType: type), "\(type)")
    }
  }

  @Test("is called as AWS calls it")
  func names() {
    #expect(QuotaFamily.standard.name == "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances")
    #expect(QuotaFamily.graphics.name == "Running On-Demand G and VT instances")
    #expect(
      QuotaFamily.allCases.allSatisfy { $0.name.hasPrefix("Running On-Demand ") && $0.name.hasSuffix(" instances") })
  }
}
