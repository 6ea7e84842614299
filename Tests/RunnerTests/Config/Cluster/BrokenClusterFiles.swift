import CloudUtil
import Testing

@testable import Runner

/// A cluster file with one thing wrong, and what must be said about it.
struct BrokenClusterFile: CustomTestStringConvertible, Sendable {
  var text: String
  var keyPath: String
  var fragment: String

  init(_ text: String, _ keyPath: String, _ fragment: String) {
    self.text = text
    self.keyPath = keyPath
    self.fragment = fragment
  }

  var testDescription: String { text }
}

@Suite("Broken cluster files")
struct BrokenClusterFiles {
  static let ec2: [BrokenClusterFile] = [
    .init("regoin: us-east-1", "regoin", "unknown key; did you mean region?"),
    .init("region: 7", "region", #"found 7; allowed: a region such as "us-east-1""#),
    .init("region: us-east-1a", "region", #"found "us-east-1a""#),
    .init("zones: us-east-1a", "zones", "allowed: a list of at least one zone"),
    .init("zones: []", "zones", "found an empty list"),
    .init("zones: [us-east-1]", "zones[0]", #"found "us-east-1"; allowed: a zone such as"#),
    .init("{region: us-east-2, zones: [us-east-2a, us-east-1a]}", "zones[1]", "is not in region us-east-2"),
    .init("zones: [us-east-1a, us-east-1a]", "zones[1]", "stands in the list twice"),
    .init("image: ami-0123456789abcdef0", "image", "allowed: {id: ami-...} or {owner:"),
    .init("image: {id: ami-123}", "image.id", "allowed: ami- and 8 or 17 hexadecimal digits"),
    .init("image: {id: ami-12345678, owner: self}", "image.owner", "without effect beside id"),
    .init("image: {owner: self}", "image.name", "missing"),
    .init("image: {owner: debian, name: x}", "image.owner", "an account of 12 digits"),
    .init("image: {owner: 12345, name: x}", "image.owner", "an account of 12 digits"),
    .init("image: {owner: self, name: ''}", "image.name", "1 to 128 characters"),
    .init("image: {owner: self, name: x, nmae: y}", "image.nmae", "did you mean name?"),
    .init("user: -oProxyCommand=x", "user", "not beginning with '-'"),
    .init("user: a b", "user", "the name of a user"),
    .init("key: ~/.ssh/id.pub", "key", "a private key, without .pub"),
    .init("key: [a]", "key", "found a list"),
    .init("substitutions: p2.xlarge", "substitutions", "instance types, each with the one in its place"),
    .init("substitutions: {p2.xlarge: g4dn}", "substitutions.p2.xlarge", #"found "g4dn"; allowed: an instance type"#),
    .init("substitutions: {p2: g4dn.xlarge}", "substitutions.p2", #"found "p2"; allowed: an instance type"#),
    .init("volume_gb: 4", "volume_gb", "found 4; allowed: an integer from 8 to 16384"),
    .init("volume_gb: 40GB", "volume_gb", #"found "40GB""#),
    .init("lifetime_h: 0", "lifetime_h", "found 0; allowed: a number > 0 and <= 720 (hours)"),
    .init("lifetime_h: .inf", "lifetime_h", "found .inf"),
    .init("lifetime_h: .nan", "lifetime_h", "found .nan"),
    .init("lifetime_h: 12h", "lifetime_h", #"found "12h""#),
    .init("ssh_from: anywhere", "ssh_from", "(or the word \"caller\")"),
    .init("ssh_from: [10.0.0.1/8]", "ssh_from[0]", "did you mean 10.0.0.0/8?"),
    .init("ssh_from: [10.0.0.1]", "ssh_from[0]", "for one address 10.0.0.1/32"),
    .init("ssh_from: [10.0.0.0/33]", "ssh_from[0]", "allowed: an IPv4 network"),
    .init("ssh_from: [10.0.0.0/]", "ssh_from[0]", "allowed: an IPv4 network"),
    .init("ssh_from: [10.0.0/8]", "ssh_from[0]", "allowed: an IPv4 network"),
    .init("ssh_from: [10.0.0.010/32]", "ssh_from[0]", "allowed: an IPv4 network"),
    .init("ssh_from: ['::/0']", "ssh_from[0]", "allowed: an IPv4 network"),
    .init("ssh_from: [10.0.0.0/8, 10.0.0.0/8]", "ssh_from[1]", "stands in the list twice"),
    .init("ssh_from: [10.0.0.0/8, caller]", "ssh_from[1]", "allowed: an IPv4 network"),
    .init("tags: [a]", "tags", "allowed: keys and values"),
    .init("tags: {EXP_ID: x}", "tags.EXP_ID", "reserved"), .init("tags: {TASK_TYPE: x}", "tags.TASK_TYPE", "reserved"),
    .init("tags: {Name: x}", "tags.Name", "reserved"),
    .init("tags: {'run_exp:run': x}", "tags.run_exp:run", "reserved"),
    .init("tags: {'aws:x': x}", "tags.aws:x", "reserved"), .init("tags: {'AWS:x': x}", "tags.AWS:x", "reserved"),
    .init("tags: {a: 17}", "tags.a", "(a number in quotes)"), .init("tags: {a: {b: c}}", "tags.a", "found an object"),
    .init("tags: {a: \(String(repeating: "x", count: 257))}", "tags.a", "up to 256 characters"),
    .init("tags: {a: \"x\\ty\"}", "tags.a", "no control characters"),
    .init("tags: {'': x}", "tags.", "found a key of 0 characters; allowed: 1 to 128"),
    .init(
      "tags: {\(String(repeating: "x", count: 129)): x}", "tags.\(String(repeating: "x", count: 45))...", "1 to 128"),
    .init(
      "tags: {\((0..<41).map { "t\($0): x" }.joined(separator: ", "))}", "tags", "found 41 tags; allowed: up to 40"),
    .init("port: 22", "port", "without effect: only provider: static has it, and this is ec2; leave it out"),
    .init("hosts: {worker: [a]}", "hosts", "only provider: static has it"),
  ]

  static let fixed: [BrokenClusterFile] = [
    .init("user: me", "hosts", "missing; allowed: roles, each with a list of machines"),
    .init("{region: us-east-1, hosts: {worker: [a]}}", "region", "only provider: ec2 has it, and this is static"),
    .init("hosts: [a, b]", "hosts", "found a list; allowed: roles"), .init("hosts: {}", "hosts", "no role is in it"),
    .init("hosts: {workers: [a]}", "hosts.workers", "unknown role; did you mean worker?"),
    .init("hosts: {Frontend: [a]}", "hosts.Frontend", "unknown role; did you mean frontend?"),
    .init("hosts: {'a/b': [a]}", "hosts.a/b", "no name of a role"),
    .init("hosts: {worker: a}", "hosts.worker", "allowed: a list of at least one machine"),
    .init("hosts: {worker: []}", "hosts.worker", "found an empty list"),
    .init("hosts: {worker: [1]}", "hosts.worker[0]", "found 1; allowed: the name or the IP address"),
    .init("hosts: {worker: [-oProxyCommand=x]}", "hosts.worker[0]", "allowed: the name or the IP address"),
    .init("hosts: {worker: ['a b']}", "hosts.worker[0]", "allowed: the name or the IP address"),
    .init("hosts: {worker: [me@a]}", "hosts.worker[0]", "allowed: the name or the IP address"),
    .init("hosts: {worker: [a, a]}", "hosts.worker[1]", "a role has a machine once"),
    .init("hosts: {worker: [{user: me}]}", "hosts.worker[0].address", "missing"),
    .init("hosts: {worker: [{address: a, port: 0}]}", "hosts.worker[0].port", "found 0; allowed: an integer from 1"),
    .init("hosts: {worker: [{adress: a, address: b}]}", "hosts.worker[0].adress", "did you mean address?"),
    .init("{port: 65536, hosts: {worker: [a]}}", "port", "found 65536"),
    .init("{jump: gate, hosts: {worker: [a]}}", "jump", "allowed: {host: gate.example.org"),
    .init("{jump: {port: 22}, hosts: {worker: [a]}}", "jump.host", "missing"),
  ]

  private func check(_ broken: BrokenClusterFile, provider: String) throws {
    let isFlow = broken.text.hasPrefix("{")
    let text =
      isFlow ? "{provider: \(provider), \(broken.text.dropFirst())" : "provider: \(provider)\n\(broken.text)"
    let error = try #require(throws: InvalidClusterFile.self) { try ClusterText.read(text) }
    #expect(error.problems.map(\.keyPath) == [broken.keyPath], "\(error)")
    #expect(error.description.contains(broken.fragment), "\(error)")
    #expect(error.description.hasPrefix("c.yml"))
    #expect(!error.description.contains("\n"))
  }

  @Test("for EC2 name the key path, what was found and what is allowed", arguments: ec2)
  func ec2Problem(broken: BrokenClusterFile) throws { try check(broken, provider: "ec2") }

  @Test("of machines that are there name the key path, what was found and what is allowed", arguments: fixed)
  func staticProblem(broken: BrokenClusterFile) throws { try check(broken, provider: "static") }

  @Test(
    "without a provider that is known say which there are",
    arguments: [
      ("region: us-east-1", #"c.yml: provider: missing; allowed: "ec2", "static""#),
      ("provider: aws", #"c.yml:1:11: provider: found "aws"; allowed: "ec2", "static""#),
      ("[ec2]", "c.yml:1:1: found a list; allowed: keys and values, such as provider: ec2"),
    ])
  func provider(text: String, description: String) throws {
    let error = try #require(throws: InvalidClusterFile.self) { try ClusterText.read(text) }
    #expect(error.description == description)
  }

  @Test("are told all at once, with line and column, as problems of the cluster file")
  func severalProblems() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(
      """
      provider: ec2
      zones: [us-east-1a, "?"]
      lifetime_h: 1000
      tags:
        Name: x
      jump: {host: gate}
      """, to: "cluster.yml")
    let error = try #require(throws: InvalidClusterFile.self) { try ClusterFile.load(path: file, environment: [:]) }
    let places = error.description.split(separator: "\n").map { $0.split(separator: " ").first ?? "" }
    #expect(places == ["2:21:", "3:13:", "5:3:", "6:7:"].map { "\(file):\($0)" })
    let ending = Ending(of: error)
    #expect(ending.exitCode == 65)
    #expect(ending.text.hasPrefix("run_exp: 4 problems in the cluster file\n\(file):2:21: zones[1]: "))
  }

  @Test("that lack a key within another say where that one stands")
  func missingWithin() throws {
    let error = try #require(throws: InvalidClusterFile.self) {
      try ClusterText.read("provider: ec2\nregion: us-east-1\nimage: {name: x}\n")
    }
    #expect(error.description.hasPrefix("c.yml:3:8: image.owner: missing; allowed: an account"))
  }

  @Test("that are no YAML, or not there, say where and why")
  func unreadable() throws {
    let folder = try TemporaryFolder()
    func message(_ file: String) throws -> String {
      try #require(throws: InvalidClusterFile.self) { try ClusterFile.load(path: file, environment: [:]) }.description
    }
    let twice = try folder.write("provider: ec2\nregion: a\nregion: b\n", to: "twice.yml")
    #expect(try message(twice) == "\(twice):3:1: region: given twice; the first is at 2:1")
    let tab = try folder.write("tags:\n\ta: b\n", to: "tab.yml")
    #expect(try message(tab).hasPrefix("\(tab):2:1: found character that cannot start any token; indent by spaces"))
    let empty = try folder.write("# nothing\n", to: "empty.yml")
    #expect(try message(empty) == "\(empty):2:1: the text is empty")
    #expect(
      try message("/nowhere/c.yml")
        == "/nowhere/c.yml: no such file; give the path of a cluster file, such as run/cluster.yml")
    #expect(try message(folder.path).contains("a folder"))
  }
}

@Suite("An IPv4 network")
struct IPv4NetworkTests {
  @Test("is written as it is read", arguments: ["0.0.0.0/0", "10.0.0.0/8", "192.0.2.128/25", "255.255.255.255/32"])
  func text(text: String) throws { #expect(try #require(IPv4Network(text)).description == text) }

  @Test(
    "is nothing else",
    arguments: [
      "", "/", "1.2.3.4", "1.2.3.4/", "1.2.3.4/33", "1.2.3/8", "1.2.3.4.5/32", "256.0.0.0/8", "01.0.0.0/8",
      "1.2.3.4/08",
      "1.2.3.4/31x", "+1.2.3.4/32", "1..3.4/32", " 1.2.3.4/32", "1.2.3.5/31", "١.2.3.4/32",
    ])
  func malformed(text: String) { #expect(IPv4Network(text) == nil) }

  @Test("lies around each of its addresses")
  func around() {
    #expect(IPv4Network(around: 0xffff_ffff, prefix: 0).description == "0.0.0.0/0")
    #expect(IPv4Network(around: 0x0a01_0203, prefix: 17).description == "10.1.0.0/17")
    #expect(IPv4Network(around: 0x0a01_0203, prefix: 32).description == "10.1.2.3/32")
  }
}
