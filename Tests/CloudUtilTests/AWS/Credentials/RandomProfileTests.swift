import Foundation
import Testing

@testable import CloudUtil

/// Credentials and settings against botocore's, from the same variables and files.
@Suite struct RandomProfileTests {
  private struct Reference: Decodable {
    var variables: [String: String]
    var credentials: String
    var config: String
    /// Key, secret, token; nil where botocore refuses or finds nothing.
    var keys: [String]?
    var region: String?
    var endpoint: String?
  }

  /// `RUN_EXP_SEED` runs another.
  private static let seed = ProcessInfo.processInfo.environment["RUN_EXP_SEED"] ?? "20261121"

  @Test(
    "From 400 random environments and files come the key, region and endpoint that botocore takes from them",
    .enabled(if: ReferencePython.isThere || isAllRequired, "needs Scripts/python"))
  func randomProfiles() async throws {
    let output = try ReferencePython.run(script: "random_profiles.py", [RandomProfileTests.seed, "400"])
    let decoder = JSONDecoder()
    var count = 0
    for line in output.split(separator: UInt8(ascii: "\n")) {
      let reference = try decoder.decode(Reference.self, from: line)
      let environment = AWSEnvironment.test(
        reference.variables.merging(["AWS_EC2_METADATA_DISABLED": "true"]) { $1 },
        files: ["/home/me/.aws/credentials": reference.credentials, "/home/me/.aws/config": reference.config])
      let found = try? await CredentialChain(from: environment, transport: FakeTransport()).credentials()
      let keys = found.map { [$0.accessKeyID, $0.secretAccessKey.value, $0.sessionToken?.value ?? ""] }
      let settings = try? AWSSettings(from: environment)
      let endpoint = reference.endpoint.map { $0.hasSuffix("/") ? $0 : $0 + "/" }
      try #require(
        keys == reference.keys && settings?.region == reference.region && settings?.ec2Endpoint == endpoint,
        "case \(count) of seed \(RandomProfileTests.seed): \(String(decoding: line, as: UTF8.self))")
      count += 1
    }
    #expect(count == 400)
  }
}
