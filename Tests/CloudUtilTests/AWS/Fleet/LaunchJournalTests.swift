import Foundation
import Testing

@testable import CloudUtil

@Suite struct LaunchJournalTests {
  private func use(_ body: (LaunchJournal, URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("journal-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let journal = try LaunchJournal(folder: folder.path + "/deep/er")
    try body(journal, URL(fileURLWithPath: journal.path))
  }

  private func entry(
    _ token: String, role: String = "worker", generation: String = "sg-1", _ answer: String? = nil
  ) -> LaunchJournal.Entry {
    LaunchJournal.Entry(
      generation: generation, token: token,
      call: LaunchCall(role: role, zone: "a", instanceType: "c5.xlarge", count: 2, attempt: 1),
      holder: "17.4@here", answer: answer)
  }

  @Test("What was written is read again, in its order, by generation; before the first line there is nothing")
  func generations() throws {
    try use { journal, _ in
      #expect(try journal.entries(of: "sg-1").isEmpty)
      let written = [entry("t1"), entry("t2", generation: "sg-2"), entry("t1", "i-1 i-2"), entry("t3", role: "söhne")]
      for entry in written { try journal.append(entry) }
      #expect(try journal.entries(of: "sg-1") == [written[0], written[2], written[3]])
      #expect(try journal.entries(of: "sg-2") == [written[1]])
      #expect(try journal.entries(of: "sg-3").isEmpty)
      // Another process of this machine reads the same.
      let folder = (journal.path as NSString).deletingLastPathComponent
      #expect(try LaunchJournal(folder: folder).entries(of: "sg-1").count == 3)
    }
  }

  @Test("A call is without an answer until its last line has one; what was made is collected from all answers")
  func answers() throws {
    let entries = [
      entry("t1"), entry("t2"), entry("t1", "i-1 i-2"), entry("t3"), entry("t3", "InsufficientInstanceCapacity"),
      entry("t4"), entry("t4", ""), entry("t5", "i-3"), entry("t5"), entry("t2"),
    ]
    #expect(LaunchJournal.unanswered(entries).map(\.token) == ["t5", "t2"])
    #expect(LaunchJournal.made(entries) == ["i-1", "i-2", "i-3"])
  }

  @Test("Wherever a crash cuts the last line, the lines before and after it are read")
  func tornLine() throws {
    try use { journal, file in
      try journal.append(entry("t1"))
      let whole = try Data(contentsOf: file)
      try journal.append(entry("t2", role: "söhne-日本"))
      let both = try Data(contentsOf: file)
      for length in (whole.count + 1)..<both.count {
        try both.prefix(length).write(to: file)
        let before = try journal.entries(of: "sg-1").map(\.token)
        #expect(before == (length == both.count - 1 ? ["t1", "t2"] : ["t1"]), "cut at \(length)")
        try journal.append(entry("t3"))
        #expect(try journal.entries(of: "sg-1").map(\.token) == before + ["t3"], "cut at \(length)")
      }
      // As a crash of the machine may leave it.
      try (whole + Data(count: 300)).write(to: file)
      try journal.append(entry("t3"))
      #expect(try journal.entries(of: "sg-1").map(\.token) == ["t1", "t3"])
    }
  }

  @Test("Hundreds of launches that write at once lose and mix up no line")
  func concurrent() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("journal-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let journal = try LaunchJournal(folder: folder.path)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<400 { group.addTask { try journal.append(self.entry("t\(number)")) } }
      try await group.waitForAll()
    }
    #expect(try Set(journal.entries(of: "sg-1").map(\.token)) == Set((0..<400).map { "t\($0)" }))
  }

  @Test("Only its owner can read it")
  func permissions() throws {
    try use { journal, file in
      try journal.append(entry("t1"))
      let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
      #expect(attributes[.posixPermissions] as? Int == 0o600)
    }
  }

  @Test("A folder that cannot be made, a file that cannot be written and one that cannot be read are errors")
  func errors() throws {
    try use { journal, file in
      try journal.append(entry("t1"))
      #expect(throws: (any Error).self) { try LaunchJournal(folder: file.path + "/below") }
      try FileManager.default.removeItem(at: file)
      try FileManager.default.createDirectory(at: file, withIntermediateDirectories: false)
      #expect(throws: SystemCall.self) { try journal.append(entry("t2")) }
      #expect(throws: (any Error).self) { try journal.entries(of: "sg-1") }
    }
  }
}
