import CloudUtil
import Foundation
import Testing

@testable import Runner

@Suite("The operator's machine")
struct OperatorSiteTests {
  @Test("remembers the other regions in which it has asked for machines, not those in which a launch came to nothing")
  func otherRegions() throws {
    let state = FileManager.default.temporaryDirectory.appending(path: "run_exp-site-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: state) }
    func folder(_ region: String) -> URL { state.appending(path: "clusters/\(region)/ParM/main") }
    for region in ["eu-west-1", "mars-east-1", "us-east-1", "us-west-2"] {
      try FileManager.default.createDirectory(at: folder(region), withIntermediateDirectories: true)
      try Data("a key".utf8).write(to: folder(region).appending(path: "id_ed25519"))
    }
    for region in ["us-east-1", "us-west-2", "eu-west-1"] {
      try Data("{}\n".utf8).write(to: folder(region).appending(path: "launches.jsonl"))
    }
    let aws = try AWSSettings(region: "us-east-1", from: AWSEnvironment(variables: [:], read: { _ in nil }))
    let site = OperatorSite(
      settings: EC2Settings(), aws: aws, transport: CurlTransport(caBundle: nil), state: state.path)
    #expect(site.otherRegions(of: ClusterID(experiment: "ParM")) == ["eu-west-1", "us-west-2"])
    #expect(site.otherRegions(of: ClusterID(experiment: "other")).isEmpty)
  }
}
