import Foundation
import Testing

@testable import CloudUtil

@Suite struct KnownHostsTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("known-\(UUID().uuidString)")
  private let one = HostKey(blob: [0, 0, 0, 11] + Array("ssh-ed25519".utf8) + [1])
  private let two = HostKey(blob: [0, 0, 0, 11] + Array("ssh-ed25519".utf8) + [2])

  @Test("The first key of a name is pinned, another one refused, until the name is forgotten")
  func pin() throws {
    let (one, two) = (try #require(one), try #require(two))
    try withFile(nil) { known in
      #expect(try known.keys(of: "10.0.0.7").isEmpty)
      for _ in 0..<2 { try known.check(one, of: "10.0.0.7", host: "h") }
      try known.check(two, of: "[10.0.0.7]:2200", host: "h")
      let change = HostKeyChange(name: "10.0.0.7", file: known.path, line: 1, pinned: one, shown: two)
      let refusal = SSHError.hostKeyChanged(host: "h", change)
      #expect(throws: refusal) { try known.check(two, of: "10.0.0.7", host: "h") }
      #expect(
        try String(contentsOfFile: known.path, encoding: .utf8)
          == "10.0.0.7 ssh-ed25519 \(one.base64)\n[10.0.0.7]:2200 ssh-ed25519 \(two.base64)\n")
      try known.forget("10.0.0.7")
      try known.check(two, of: "10.0.0.7", host: "h")
      #expect(try known.keys(of: "[10.0.0.7]:2200").map(\.key) == [two])
    }
  }

  @Test("Lines of others are left alone, and a line that was cut off swallows none")
  func lines() throws {
    let (one, two) = (try #require(one), try #require(two))
    let text =
      "# a comment\n\n@revoked * ssh-ed25519 \(two.base64)\na,10.0.0.7 ssh-ed25519 \(one.base64) x\n10.0.0.8 ssh-ed"
    try withFile(text) { known in
      #expect(try known.keys(of: "10.0.0.7").map(\.line) == [4])
      #expect(try known.keys(of: "*").isEmpty)
      try known.check(two, of: "10.0.0.8", host: "h")
      let after = try String(contentsOfFile: known.path, encoding: .utf8)
      #expect(after == text + "\n10.0.0.8 ssh-ed25519 \(two.base64)\n")
    }
  }

  @Test("Many at once write one line each")
  func atOnce() async throws {
    let one = try #require(one)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let known = KnownHosts(path: folder.path + "/known_hosts")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<40 {
        group.addTask { try known.check(one, of: "10.0.0.\(number / 2)", host: "h") }
      }
      try await group.waitForAll()
    }
    let lines = try String(contentsOfFile: known.path, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 20 && Set(lines).count == 20)
  }

  @Test("A file that cannot be used is told with its name")
  func unusable() throws {
    let one = try #require(one)
    let known = KnownHosts(path: "/no/such/folder/known_hosts")
    let error = #expect(throws: SSHError.self) { try known.check(one, of: "a", host: "h") }
    #expect("\(try #require(error))".hasPrefix("/no/such/folder/known_hosts: "))
  }

  private func withFile(_ text: String?, _ body: (KnownHosts) throws -> Void) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let known = KnownHosts(path: folder.path + "/known_hosts")
    try text?.write(toFile: known.path, atomically: true, encoding: .utf8)
    try body(known)
  }
}
