import CloudUtil
import Foundation
import Synchronization
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

  @Test("forgets the folder of a cluster that is gone, and nothing for a name that no cluster has")
  func forget() throws {
    let root = FileManager.default.temporaryDirectory.appending(path: "run_exp-site-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: root) }
    let aws = try AWSSettings(region: "us-east-1", from: AWSEnvironment(variables: [:], read: { _ in nil }))
    let site = OperatorSite(
      settings: EC2Settings(), aws: aws, transport: CurlTransport(caBundle: nil), state: root.path + "/state")
    let main = ClusterID(experiment: "ParM")
    let outside = ClusterID(experiment: "../../../Documents", name: "thesis")
    for cluster in [main, outside, ClusterID(experiment: "ParM", name: "..")] {
      try FileManager.default.createDirectory(atPath: site.folder(of: cluster), withIntermediateDirectories: true)
    }
    #expect(throws: Failure.self) { try site.forget(outside) }
    #expect(throws: Failure.self) { try site.forget(ClusterID(experiment: "ParM", name: "..")) }
    #expect(FileManager.default.fileExists(atPath: root.path + "/Documents/thesis"))
    #expect(FileManager.default.fileExists(atPath: site.folder(of: main)))
    try site.forget(main)
    #expect(!FileManager.default.fileExists(atPath: site.folder(of: main)))
  }

  @Test("takes for the names of clusters what experiments and --cluster may be called")
  func names() {
    for name in ["a", "A.b_c-9", "..", ".a", "-a", "a/b", "a b", "*", "", "é", String(repeating: "x", count: 101)] {
      #expect(ClusterID.isName(name) == FolderName.isValid(name), "\(name)")
    }
  }

  @Test("that cannot keep anything of clusters says where, why, what for and what to do")
  func unwritable() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("", to: "file")
    for (state, reason) in [
      ("/proc/nope/run_exp", "/proc/nope: No such file or directory"),
      ("\(file)/run_exp", "\(file)/run_exp: Not a directory"),
      (file, "Not a directory"),
    ] {
      let failure = try #require(throws: Failure.self) { try StateFolder.make(state) }
      #expect(failure.exitCode == .infrastructure)
      #expect(failure.description.hasPrefix("\(state) cannot be written to: \(reason)\n"), "\(failure)")
      #expect(failure.description.contains("the keys and the records of clusters"))
      #expect(failure.description.contains("XDG_STATE_HOME"))
    }
    try StateFolder.make("\(folder.path)/a/b")
    try StateFolder.make("\(folder.path)/a/b")
  }

  /// Says an address, as the caller's, and remembers who was asked.
  private final class Echo: HTTPTransport {
    let asked = Mutex<[String]>([])

    func send(_ request: HTTPRequest, deadline: ContinuousClock.Instant) async throws -> HTTPResponse {
      asked.withLock { $0.append(request.url) }
      var response = HTTPResponse(status: 200, body: Array("198.51.100.7\n".utf8))
      response.localAddress = "10.0.0.5"
      return response
    }
  }

  @Test("lets ssh in from the address that AWS sees where AWS is asked, else from that of the connection")
  func caller() async throws {
    let cases: [(endpoint: String?, asked: String, source: String)] = [
      (nil, "https://checkip.amazonaws.com/", "198.51.100.7/32"),
      ("https://ec2.us-east-1.amazonaws.com", "https://checkip.amazonaws.com/", "198.51.100.7/32"),
      ("http://10.0.0.1:5000", "http://10.0.0.1:5000/", "10.0.0.5/32"),
    ]
    for (endpoint, asked, source) in cases {
      let variables = endpoint.map { ["AWS_ENDPOINT_URL": $0] } ?? [:]
      let aws = try AWSSettings(region: "us-east-1", from: AWSEnvironment(variables: variables, read: { _ in nil }))
      let echo = Echo()
      let site = OperatorSite(settings: EC2Settings(), aws: aws, transport: echo, state: "/nowhere")
      #expect(try await site.sshSources() == [source])
      #expect(echo.asked.withLock(\.self) == [asked])
    }
  }
}
