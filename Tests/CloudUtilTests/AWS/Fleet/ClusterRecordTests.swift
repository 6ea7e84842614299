import Testing

@testable import CloudUtil

@Suite struct ClusterRecordTests {
  private static let tags = ClusterRecord.test().tags.merging([ClusterTag.image: "ami-1"]) { $1 }

  @Test("A record is what its group's tags say")
  func roundTrip() throws {
    #expect(ClusterRecord(try .test(tags: ClusterRecordTests.tags)) == .test())
    let unsettled = ClusterRecordTests.tags.merging([ClusterTag.unsettled: "2026-11-21T10:50:31Z"]) { $1 }
    #expect(ClusterRecord(try .test(tags: unsettled))?.unsettled == UTCTime(seconds: 1_795_258_231))
    #expect(ClusterRecord(try .test(tags: unsettled.merging([ClusterTag.unsettled: "soon"]) { $1 }))?.unsettled == nil)
  }

  @Test("A group without one of its tags, with a time that is none, or with another name is no record")
  func garbled() throws {
    for tag in [ClusterTag.experiment, ClusterTag.cluster, ClusterTag.run, ClusterTag.expires, ClusterTag.image] {
      var tags = ClusterRecordTests.tags
      tags[tag] = nil
      #expect(ClusterRecord(try .test(tags: tags)) == nil, "without \(tag)")
    }
    for time in ["", "tomorrow", "2026-13-01T00:00:00Z", "2026-11-21T10:50:31"] {
      var tags = ClusterRecordTests.tags
      tags[ClusterTag.expires] = time
      #expect(ClusterRecord(try .test(tags: tags)) == nil, "\(time)")
    }
    for name in ["run_exp/exp/main/lease", "run_exp/exp/other", "default"] {
      #expect(ClusterRecord(try .test(name: name, tags: ClusterRecordTests.tags)) == nil, "\(name)")
    }
    // The owner is for people alone.
    var tags = ClusterRecordTests.tags
    tags[ClusterTag.owner] = nil
    #expect(ClusterRecord(try .test(tags: tags))?.owner == "")
  }

  @Test("Tags name a cluster if a configuration could: no wildcard, no way out of a folder, no line break")
  func tagged() {
    for (name, isName) in [
      ("exp", true), ("a", true), ("A.b_c-9", true), ("9", true), (String(repeating: "x", count: 100), true),
      ("", false), ("*", false), ("ex?", false), ("..", false), (".a", false), ("-a", false),
      ("../../Documents", false),
      ("a/b", false), ("a b", false), ("a\n", false), ("é", false), (String(repeating: "x", count: 101), false),
    ] {
      #expect(ClusterID.isName(name) == isName, "\(name)")
      for tags in [
        [ClusterTag.experiment: name, ClusterTag.cluster: "main"],
        [ClusterTag.experiment: "exp", ClusterTag.cluster: name],
      ] { #expect((ClusterID(tags: tags) != nil) == isName, "\(name)") }
    }
  }

  @Test("A filter for a tag's value means that value, whatever stands in it")
  func filter() {
    #expect(Filter(tag: "k", "exp").values == ["exp"])
    #expect(Filter(tag: "k", #"a*b?c\d"#).values == [#"a\*b\?c\\d"#])
  }

  @Test("No two clusters share the name of anything, whatever of A-Z a-z 0-9 . _ - their names are made of")
  func names() {
    var dice = Dice(play: 0)
    // Few characters, so that what could be mixed up comes about.
    let characters = Array("a.-_")
    let word = { (dice: inout Dice) in String((0..<dice.int(1...4)).map { _ in dice.one(of: characters) }) }
    var owners: [String: ClusterID] = [:]
    for _ in 0..<20_000 {
      let id = ClusterID(experiment: word(&dice), name: word(&dice))
      for name in [id.resourceName, Lease.name(id)] {
        #expect(owners[name, default: id] == id)
        owners[name] = id
        // What EC2 takes as a group's name.
        #expect(name.utf8.count <= 255 && !name.hasPrefix("sg-"))
      }
    }
    #expect(owners.count > 10_000)
  }
}
