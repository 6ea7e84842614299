import Foundation
import Testing

@testable import CloudUtil

@Suite struct ReplyParserTests {
  @Test("A reply becomes its elements: lists, text with its spaces, CDATA, references, nothing of attributes")
  func reads() throws {
    let text = """
      <?xml version="1.0" encoding="UTF-8"?>
      <!-- a remark -->
      <R xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>1-2</requestId>
        <set>
          <item><key> a b </key><value/></item><item><key>&lt;&amp;&#233;<![CDATA[<x>&]]></key></item><other/>
        </set><n>42</n><bad>4x</bad>
      </R>
      """
    let reply = try ReplyParser.parse(Array(text.utf8))
    #expect(reply.name == "R" && reply.text.isEmpty)
    #expect(reply.text("requestId") == "1-2")
    #expect(reply.items("set").map { $0.text("key") } == [" a b ", "<&é<x>&"])
    #expect(reply.items("set").first?["value"] == ReplyElement("value"))
    #expect(reply.items("set").first?.text("value") == nil)
    #expect(reply.items("none").isEmpty && reply["none"] == nil)
    #expect(try reply.integer("n") == 42 && reply.integer("none") == nil)
    #expect(throws: ReplyProblem("<bad> of <R> is no number: 4x")) { try reply.integer("bad") }
    #expect(throws: ReplyProblem("<R> has no <none>")) { try reply.required("none") }
  }

  @Test(
    "What is no reply is an error that says what it is",
    arguments: [
      ("", "it is empty"), (" \r\n", "it is empty"), ("no", "it is no XML"), ("\n<a>\n</b>", "it is no XML (line 3)"),
      ("<a/>x", "it is no XML"), ("<a>", "it is no XML"),
      ("<a></b>", "it is no XML"), ("<a/><b/>", "it is no XML"), ("<a>&x;</a>", "it is no XML"),
      ("<a>\u{0}</a>", "it is no XML"), ("{\"a\": 1}", "it is no XML"),
      ("<!DOCTYPE html><html><body>Bad gateway", "it is a page of HTML, as of a proxy"),
      ("<HTML><head>", "it is a page of HTML, as of a proxy"), ("<!DOCTYPE a><a/>", "it declares a document type"),
    ])
  func refuses(text: String, problem: String) {
    let found = #expect(throws: ReplyProblem.self) { try ReplyParser.parse(Array(text.utf8)) }
    #expect(found?.description.hasPrefix(problem) == true, "\(found?.description ?? "")")
  }

  @Test(
    "Namespaces, whatever is wrong with them, are dropped", arguments: ["xmlns=\"x y\"", "xmlns:p=\"\"", "p:q=\"1\""])
  func namespaces(attribute: String) throws {
    let reply = try ReplyParser.parse(Array("<a \(attribute)><b>1</b></a>".utf8))
    #expect(reply == ReplyElement("a", children: [ReplyElement("b", text: "1")]))
  }

  @Test("Bytes that are not UTF-8 are refused, in text and in names")
  func encoding() {
    for parts in [
      ["<a>", "</a>"], ["<a ", "=\"1\"/>"], ["<a", "/>"], ["<a xmlns:", "=\"u\"/>"], ["<!--", "--><a/>"],
    ] {
      #expect(throws: ReplyProblem("it is not UTF-8")) {
        try ReplyParser.parse(Array(parts[0].utf8) + [0xE9] + Array(parts[1].utf8))
      }
    }
  }

  @Test("Text longer than what is read at once stays whole")
  func long() throws {
    for offset in 0..<4 {
      let text = String(repeating: "x", count: offset) + String(repeating: "é漢🙂", count: 60_000)
      #expect(try ReplyParser.parse(Array("<a><b>\(text)</b></a>".utf8)).text("b") == text)
    }
    let name = String(repeating: "漢", count: 10_000)
    let items = String(repeating: "<\(name)>é</\(name)>", count: 20)
    #expect(try ReplyParser.parse(Array("<a>\(items)</a>".utf8)).children.count == 20)
  }

  @Test("Entities that a reply declares are not followed: neither a file's nor those that multiply")
  func entities() {
    let padding = "<!--\(String(repeating: "-~", count: 1000))~-->".replacing("--~", with: "- ~")
    let laughs = (1...9).map { "<!ENTITY l\($0) \"\(String(repeating: "&l\($0 - 1);", count: 10))\">" }.joined()
    for declarations in ["<!ENTITY x SYSTEM \"file:///etc/hostname\">", "<!ENTITY l0 \"lol\">" + laughs] {
      let text = "\(padding)<!DOCTYPE a [\(declarations)]><a>&x;&l9;</a>"
      #expect(throws: ReplyProblem.self) { try ReplyParser.parse(Array(text.utf8)) }
    }
  }

  @Test("Depth, number of elements and size are bounded")
  func bounds() throws {
    func nested(_ depth: Int) -> [UInt8] {
      Array((String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)).utf8)
    }
    #expect(try ReplyParser.parse(nested(ReplyParser.maxDepth)).name == "a")
    #expect(throws: ReplyProblem("it has more than 64 elements within each other")) {
      try ReplyParser.parse(nested(ReplyParser.maxDepth + 1))
    }
    #expect(throws: ReplyProblem("it has more than 64 elements within each other")) {
      try ReplyParser.parse(nested(200_000))
    }
    let many = Array("<a>".utf8) + Array(repeating: Array("<b/>".utf8), count: ReplyParser.maxElements).joined()
    #expect(throws: ReplyProblem("it has more than 1000000 elements")) { try ReplyParser.parse(many) }
    let large = [UInt8](repeating: 32, count: ReplyParser.maxSize_bytes + 1)
    #expect(throws: ReplyProblem("it is larger than 33554432 bytes")) { try ReplyParser.parse(large) }
  }

  @Test("A reply cut off or changed at any byte is read or refused")
  func mutilated() throws {
    let whole = Array(EC2Replies.describeInstances.utf8)
    for count in 0..<whole.count {
      #expect(throws: ReplyProblem.self, "cut at \(count)") { try ReplyParser.parse(Array(whole.prefix(count))) }
    }
    var random = SystemRandomNumberGenerator()
    for index in whole.indices {
      var changed = whole
      changed[index] = UInt8.random(in: 0...255, using: &random)
      do {
        _ = try DescribeInstances.response(ReplyParser.parse(changed))
      } catch {
        #expect(error is ReplyProblem, "byte \(index) as \(changed[index])")
      }
    }
  }

  @Test("Replies are read at once on many threads")
  func concurrent() async throws {
    try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<200 {
        group.addTask {
          try DescribeInstances.response(ReplyParser.parse(Array(EC2Replies.describeInstances.utf8))).items.count
        }
      }
      for try await count in group { #expect(count == 2) }
    }
  }
}
