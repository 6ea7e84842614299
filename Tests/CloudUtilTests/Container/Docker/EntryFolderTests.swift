import Foundation
import Testing

@testable import CloudUtil

@Suite struct EntryFolderTests {
  private let shell = LocalShell()

  @Test("Secrets are written for their user alone, in memory; what is not read yet is told; all of it can be removed")
  func write() async throws {
    let owner = try #require(RunOwner.current)
    let entry = EntryFolder(tag: ProcessTag(experiment: "a.b/ü", run: UUID().uuidString), owner: owner)
    let spec = ServiceSpec(
      name: "it's", component: "one",
      command: Command("true", secrets: ["KEY": "it's $HOME\n`id`"], stdin: "in\\put\n"),
      tag: entry.tag, log: "/log")
    try await withTeardown {
      try await shell.require(entry.write([spec]), deadline: .soon)
      let folder = entry.path(of: spec.name)
      let unread = try await shell.require(EntryFolder.unread([entry.path]), deadline: .soon).stdout.split(
        separator: "\n"
      ).map(String.init)
      #expect(Set(unread) == ["\(folder)/environment", "\(folder)/stdin", "\(folder)/enter"])
      for path in [entry.path, folder] { #expect(try permissions(of: path) == 0o700) }
      for path in unread { #expect(try permissions(of: path) == 0o600) }
      #expect(try String(contentsOfFile: "\(folder)/stdin", encoding: .utf8) == "in\\put\n")
      let read = Command("sh", ["-c", #". "$1"; printf %s "$KEY""#, "sh", "\(folder)/environment"])
      #expect(try await shell.require(read, deadline: .soon).stdout == "it's $HOME\n`id`")
      let mount = Command("stat", ["-f", "-c", "%T", entry.path])
      #expect(try await shell.require(mount, deadline: .soon).stdout == "tmpfs\n")

      let listed = try await shell.require(EntryFolder.list(experiment: "a.b/ü"), deadline: .soon).stdout
      #expect(listed.contains(entry.path + "\n"))
      #expect(EntryFolder.owner(of: entry.path) == owner)
    } teardown: {
      try await shell.require(EntryFolder.remove([entry.path]), deadline: .soon)
    }
    #expect(try await shell.require(EntryFolder.unread([entry.path]), deadline: .soon).stdout.isEmpty)
  }

  @Test("A folder that somebody else made is not used")
  func strangers() async throws {
    let entry = EntryFolder(
      tag: ProcessTag(experiment: "test", run: UUID().uuidString), owner: try #require(RunOwner.current))
    let target = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: entry.path, withDestinationPath: target)
    defer {
      try? FileManager.default.removeItem(atPath: entry.path)
      try? FileManager.default.removeItem(atPath: target)
    }
    let output = try await shell.run(entry.write([]), deadline: .soon)
    #expect(!output.termination.isSuccess)
  }

  @Test("Names become parts of paths, and no two the same")
  func encoding() {
    let names = ["worker-0-parm", "a/b", "a_2fb", "..", "é", "a\tb", "a b"]
    let encoded = names.map(EntryFolder.encoded)
    #expect(encoded == ["worker-0-parm", "a_2fb", "a_5f2fb", "_2e_2e", "_c3_a9", "a_09b", "a_20b"])
  }

  private func permissions(of path: String) throws -> Int {
    try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber).intValue
  }
}
