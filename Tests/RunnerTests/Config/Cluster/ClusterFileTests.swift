import CloudUtil
import Foundation
import Testing

@testable import Runner

@Suite("The file of a cluster")
struct ClusterFileTests {
  static let path = DocumentationTests.root.appending(path: "run/cluster.yml").path

  private func ec2(_ text: String, environment: [String: String] = [:]) throws -> EC2Settings {
    guard case .ec2(let settings) = try ClusterText.read("provider: ec2\n" + text, environment: environment) else {
      throw ClusterText.Unexpected()
    }
    return settings
  }

  private func fixed(_ text: String, environment: [String: String] = [:]) throws -> StaticSettings {
    guard case .static(let settings) = try ClusterText.read("provider: static\n" + text, environment: environment)
    else { throw ClusterText.Unexpected() }
    return settings
  }

  // MARK: As it ships

  @Test("that ships makes Debian machines in the region of the AWS environment, and a g4dn where a p2 is asked for")
  func shipped() throws {
    var expected = EC2Settings()
    expected.substitutions = ["p2.xlarge": "g4dn.xlarge"]
    let file = try ClusterFile.load(path: Self.path, environment: [:])
    #expect(file == .ec2(expected))
    #expect(expected.instanceType(inPlaceOf: "p2.xlarge") == "g4dn.xlarge")
    #expect(expected.instanceType(inPlaceOf: "c5.xlarge") == "c5.xlarge")
  }

  @Test("that ships shows every key, and each key that it shows can be turned on")
  func documented() throws {
    let lines = try DocumentationTests.text("run/cluster.yml").components(separatedBy: "\n")
    for key in ClusterKey.names {
      #expect(lines.contains { $0.hasPrefix("\(key):") || $0.hasPrefix("#\(key):") }, "no line for \(key)")
    }
    // A key that is left out stands behind "#", prose behind "# ".
    let on = lines.map {
      $0.hasPrefix("#") && $0.wholeMatch(of: /#( {2}| {0}[a-z]).*/) != nil ? String($0.dropFirst()) : $0
    }
    let split = try #require(on.firstIndex { $0.hasPrefix("provider: static") })
    guard case .ec2(let settings) = try ClusterText.read(on[..<split].joined(separator: "\n")),
      case .static(let fixed) = try ClusterText.read(on[split...].joined(separator: "\n"))
    else { throw ClusterText.Unexpected() }
    #expect(settings.zones == ["us-east-1b", "us-east-1a"])
    #expect(settings.volume_gb == EC2Settings().volume_gb)
    #expect(settings.lifetime_h == EC2Settings().lifetime_h)
    #expect(settings.tags.count == 2)
    #expect(fixed["worker"].map(\.port) == [22, 22, 2222])
    #expect(fixed.jump?.host == "gate.example.org")
  }

  @Test("is that which is asked for, else that of the current folder, else that which ships")
  func choice() throws {
    let folder = try TemporaryFolder()
    let root = DocumentationTests.root.path
    let installation = try Installation(executable: "\(root)/x/run_exp", environment: [:])
    func path(_ option: String?) -> String {
      ClusterFile.path(option: option, installation: installation, currentFolder: folder.path)
    }
    #expect(path(nil) == "\(installation.root)/run/cluster.yml")
    try folder.write("provider: ec2", to: "run/cluster.yml")
    #expect(path(nil) == "run/cluster.yml")
    #expect(path("mine.yml") == "mine.yml")
  }

  @Test("may be absent for verbs that need none: EC2 and every default then, unless a file was asked for")
  func absent() throws {
    let nowhere = try Installation(executable: "/nowhere/run_exp", environment: [:], mayBeAlone: true)
    func load(_ option: String?, mayBeAbsent: Bool) throws -> ClusterFile {
      try ClusterFile.load(
        option: option, installation: nowhere, mayBeAbsent: mayBeAbsent, environment: ["PARM_SSH_KEY": "/k"],
        currentFolder: "/nowhere"
      ).file
    }
    var expected = EC2Settings()
    expected.key = "/k"
    #expect(try load(nil, mayBeAbsent: true) == .ec2(expected))
    for (option, mayBeAbsent) in [(nil, false), ("no.yml", true), ("no.yml", false)] {
      let error = try #require(throws: InvalidClusterFile.self) { try load(option, mayBeAbsent: mayBeAbsent) }
      #expect(error.description.contains("no such file"))
    }
  }

  @Test("survives being written as JSON and read again, with the keys of the file")
  func codable() throws {
    let files = [
      try ClusterFile.load(path: Self.path, environment: [:]),
      try ClusterText.read("{provider: ec2, image: {id: ami-0123456789abcdef0}, ssh_from: [10.0.0.0/8], tags: {a: b}}"),
      try ClusterText.read("{provider: static, jump: {host: g}, hosts: {worker: [a, {address: b, user: u}]}}"),
    ]
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    for file in files {
      let data = try encoder.encode(file)
      #expect(try JSONDecoder().decode(ClusterFile.self, from: data) == file)
    }
    let text = String(decoding: try encoder.encode(files[1]), as: UTF8.self)
    #expect(text.contains(#""provider":"ec2""#) && text.contains(#""ssh_from":["10.0.0.0/8"]"#))
    #expect(text.contains(#""image":{"id":"ami-0123456789abcdef0"}"#))
  }

  // MARK: Values

  @Test("for EC2 needs the provider alone")
  func defaults() throws {
    let settings = try ec2("")
    #expect(settings == EC2Settings())
    #expect(settings.region == nil && settings.key == nil && settings.zones.isEmpty && settings.sshFrom == .caller)
    #expect((settings.lifetime_h, settings.user) == (12, "admin"))
    #expect(try ec2("region: ~\nzones:\nssh_from: caller") == EC2Settings())
  }

  @Test("for EC2 has each key")
  func everyKey() throws {
    let settings = try ec2(
      """
      region: eu-west-1
      zones: [eu-west-1c, eu-west-1a]
      image: {owner: 099720109477, name: "ubuntu/images/*-amd64-server-*"}
      user: ubuntu
      key: ~/.ssh/id
      substitutions: {p2.xlarge: g4dn.xlarge, m4.large: m5.large}
      volume_gb: 100
      lifetime_h: 0.5
      ssh_from: [0.0.0.0/0, 192.0.2.7/32]
      tags: {"cost-center": "17", empty: ""}
      """, environment: ["HOME": "/home/me"])
    #expect(settings.zones == ["eu-west-1c", "eu-west-1a"])
    #expect(settings.image == .newest(owner: "099720109477", name: "ubuntu/images/*-amd64-server-*"))
    #expect((settings.user, settings.key, settings.volume_gb) == ("ubuntu", "/home/me/.ssh/id", 100))
    #expect(settings.lifetime_h == 0.5)
    #expect(settings.instanceType(inPlaceOf: "m4.large") == "m5.large")
    #expect(
      settings.sshFrom == .networks([IPv4Network(around: 0, prefix: 0), IPv4Network(around: 0xc000_0207, prefix: 32)]))
    #expect(settings.tags == ["cost-center": "17", "empty": ""])
  }

  @Test("gives way to PARM_SSH_KEY, which may begin with ~/ too")
  func keyOfEnvironment() throws {
    let environment = ["HOME": "/home/me", "PARM_SSH_KEY": "~/parm.pem"]
    #expect(try ec2("key: /a/b", environment: environment).key == "/home/me/parm.pem")
    #expect(try ec2("", environment: environment).key == "/home/me/parm.pem")
    #expect(try ec2("key: /a/b", environment: ["PARM_SSH_KEY": ""]).key == "/a/b")
    #expect(try fixed("hosts: {worker: [a]}", environment: environment)["worker"].map(\.key) == ["/home/me/parm.pem"])
  }

  @Test("for machines that are there gives each what it does not say itself")
  func machines() throws {
    let settings = try fixed(
      """
      user: me
      port: 2022
      key: /k
      jump: {host: gate}
      hosts:
        frontend: [a.example.org]
        worker:
          - 10.0.0.1
          - {address: "fe80::1", user: root, port: 22, key: /other}
          - {address: 10.0.0.1, port: 23}
        shard: [a.example.org]
      """)
    typealias Machine = StaticSettings.Machine
    #expect(settings.jump == StaticSettings.Jump(host: "gate", port: 22, user: "me"))
    #expect(settings["frontend"] == [Machine(address: "a.example.org", user: "me", port: 2022, key: "/k")])
    #expect(
      settings[Role("worker")] == [
        Machine(address: "10.0.0.1", user: "me", port: 2022, key: "/k"),
        Machine(address: "fe80::1", user: "root", port: 22, key: "/other"),
        Machine(address: "10.0.0.1", user: "me", port: 23, key: "/k"),
      ])
    #expect(settings["shard"] == settings["frontend"])
    #expect(settings["client"].isEmpty)
    #expect(try fixed("hosts: {worker: [a]}")["worker"] == [Machine(address: "a", user: nil, port: 22, key: nil)])
  }
}

/// A cluster file as a text.
enum ClusterText {
  struct Unexpected: Error {}

  static func read(_ text: String, environment: [String: String] = [:]) throws -> ClusterFile {
    let root = JSONNode(try YAMLParser.parse(Array(text.utf8)), source: "c.yml")
    return try ClusterReader.read(root, environment: environment)
  }
}

extension StaticSettings {
  fileprivate subscript(role: String) -> [Machine] { self[Role(role)] }
}
