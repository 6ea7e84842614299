import Testing

@testable import CloudUtil

@Suite struct LaunchHistoryTests {
  private static let call = LaunchCall(role: "worker", zone: "a", instanceType: "c5.xlarge", count: 2, attempt: 0)

  private func entry(_ token: String = "t1", holder: String = "1.1@here", _ answer: String? = nil)
    -> LaunchJournal.Entry
  {
    LaunchJournal.Entry(generation: "sg-1", token: token, call: LaunchHistoryTests.call, holder: holder, answer: answer)
  }

  private func history(
    _ entries: [LaunchJournal.Entry], _ present: [EC2Instance] = [], dead: String? = nil, token: String = "t1"
  ) -> LaunchHistory {
    LaunchHistory(entries, present: present, dead: dead) { _ in token }
  }

  @Test("A cluster without a past hides nothing")
  func nothing() {
    #expect(history([]) == history([entry("t1", "InsufficientInstanceCapacity")]))
    #expect(history([]).unanswered.isEmpty && !history([]).mayHide)
  }

  @Test("A call without an answer is made again where its token is the same; else what it made has to become visible")
  func unanswered() throws {
    let same = history([entry()], dead: "1.1@here")
    #expect(same.unanswered == [LaunchHistoryTests.call] && !same.mayHide)
    let other = history([entry()], dead: "1.1@here", token: "t2")
    #expect(other.unanswered.isEmpty && other.mayHide)
  }

  @Test("A call all of whose machines are seen, dead or alive, is answered")
  func seen() throws {
    let tags = [ClusterTag.token: "t1"]
    let machines: [EC2Instance] = try [.test("i-1", tags: tags), .test("i-2", .terminated, tags: tags)]
    #expect(history([entry()], machines, dead: "1.1@here", token: "t2").unanswered.isEmpty)
    #expect(!history([entry()], machines, dead: "1.1@here", token: "t2").mayHide)
    #expect(history([entry()], [machines[0]]).unanswered == [LaunchHistoryTests.call])
  }

  @Test("What the journal knows to be made, and is not seen, is hidden")
  func made() throws {
    let entries = [entry(), entry("t1", "i-1 i-2")]
    #expect(try !history(entries, [.test("i-1"), .test("i-2")], dead: "1.1@here").mayHide)
    #expect(try history(entries, [.test("i-1")], dead: "1.1@here").mayHide)
    #expect(try history(entries, [.test("i-1")]).mayHide)
  }

  @Test("A launch that died without a line in this journal may have made anything")
  func elsewhere() throws {
    let entries = [entry("t1", "refused")]
    #expect(!history(entries, dead: "1.1@here").mayHide)
    #expect(history(entries, dead: "1.1@there").mayHide)
    #expect(history(entries, dead: "").mayHide)
    #expect(history([entry("t1", holder: "", "refused")], dead: "").mayHide)
    #expect(history([], dead: "1.1@here").mayHide)
  }
}
