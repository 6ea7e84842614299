import Testing

@testable import CloudUtil

@Suite struct ProcessTagTests {
  @Test(
    "A tag reads back from its text, also where the experiment has slashes",
    arguments: [("parm", "1"), ("a/b", "42"), ("with space", "x.y")])
  func tags(_ experiment: String, _ run: String) {
    let tag = ProcessTag(experiment: experiment, run: run)
    #expect(ProcessTag(tag.description) == tag)
  }

  @Test("What is no tag is none", arguments: ["", "parm", "/1"])
  func noTags(_ text: String) { #expect(ProcessTag(text) == nil) }

  @Test("An owner reads back from its text")
  func owner() throws {
    let current = try #require(ProcessIdentity.current)
    #expect(ProcessIdentity(current.description) == current)
    #expect(current.isAlive)
  }

  @Test("What is no owner is none", arguments: ["", "12", "12.", ".5", "0.5", "-3.5", "1.2.3", "a.b"])
  func noOwners(_ text: String) { #expect(ProcessIdentity(text) == nil) }

  @Test("A status line is read whatever the program calls itself")
  func status() throws {
    let rest = "S 1 77 77 0 -1 4194304 1 2 3 4 5 6 7 8 20 10 1 0 123456 9 9"
    let status = try #require(ProcessStatus("42 (a) b (c)) " + rest))
    #expect(status.identity == ProcessIdentity(pid: 42, startTicks: 123456))
    #expect(status.group == 77)
    #expect(status.niceness == 10)
    #expect(!status.hasEnded)
    #expect(ProcessStatus("42 (cut") == nil)
    #expect(ProcessStatus("42 (cut) S 1") == nil)
  }
}
