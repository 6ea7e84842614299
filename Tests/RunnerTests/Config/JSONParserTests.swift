import Foundation
import Testing

@testable import Runner

@Suite("The JSON parser")
struct JSONParserTests {
  @Test(
    "says where text stops being JSON, and in which value",
    arguments: [
      ("{\"a\": [1, 2,]}", "x:1:12", "a[1]", "no trailing comma"),
      ("{\"a\": 1,}", "x:1:8", "a", "no trailing comma"),
      ("{\n  \"a\": [1, 02]\n}", "x:2:12", "a[1]", "may not begin with 0"),
      ("{\"a\": NaN}", "x:1:7", "a", "found NaN"),
      ("{\"a\": Infinity}", "x:1:7", "a", "found Infinity"),
      ("{\"a\": -Infinity}", "x:1:8", "a", "expected a digit"),
      ("{\"a\": 'x'}", "x:1:7", "a", "found '''"),
      ("{\"a\": True}", "x:1:7", "a", "found True"),
      ("{a: 1}", "x:1:2", "", "a key in double quotes"),
      ("{\"a\" 1}", "x:1:6", "a", "':' after the key"),
      ("{\"a\": 1 \"b\": 2}", "x:1:9", "a", "expected ',' or '}'"),
      ("{\"a\": 1} 2", "x:1:10", "", "after the end"),
      ("// hello\n{}", "x:1:1", "", "found '/'"),
      ("{\"a\": \"x\ny\"}", "x:1:9", "a", "the line ends inside a string"),
      ("{\"a\": \"\\x\"}", "x:1:9", "a", "JSON has"),
      ("{\"a\": \"\\ud800\"}", "x:1:14", "a", "surrogate"),
      ("{\"a\": 1.}", "x:1:9", "a", "after the point"),
      ("{\"a\": {\"b\": [1", "x:1:15", "a.b[0]", "'[' of line 1 is not closed"),
      ("", "x:1:1", "", "empty"),
      ("{\"é\": \"é\", b}", "x:1:12", "", "a key in double quotes"),
    ])
  func syntaxErrors(text: String, place: String, keyPath: String, fragment: String) throws {
    let error = try #require(throws: JSONParser.SyntaxError.self) {
      try JSONParser.parse(Array(text.utf8), source: "x")
    }
    #expect(error.origin.description == place)
    #expect(error.keyPath == keyPath)
    #expect(error.message.contains(fragment), "\(error.message)")
  }

  @Test("stops at depth instead of running out of stack")
  func depth() {
    let text = String(repeating: "[", count: 100_000)
    #expect(throws: JSONParser.SyntaxError.self) { try JSONParser.parse(Array(text.utf8), source: "x") }
  }

  @Test("refuses bytes that are not UTF-8")
  func notUTF8() {
    #expect(throws: JSONParser.SyntaxError.self) { try JSONParser.parse([0x22, 0xff, 0x22], source: "x") }
  }

  @Test("reads what Foundation writes, whatever the strings and numbers")
  func agreesWithFoundation() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(state: seed)
    for _ in 0..<300 {
      let value = Self.random(depth: 3, &random)
      let data = try JSONSerialization.data(withJSONObject: value, options: [.fragmentsAllowed, .sortedKeys])
      let node = try JSONParser.parse(Array(data), source: "x")
      let back = try JSONSerialization.jsonObject(with: Data(node.json.utf8), options: [.fragmentsAllowed])
      let again = try JSONSerialization.data(withJSONObject: back, options: [.fragmentsAllowed, .sortedKeys])
      #expect(again == data, "seed \(seed): \(String(decoding: data, as: UTF8.self))")
    }
  }

  private static func random(depth: Int, _ random: inout SeededGenerator) -> Any {
    switch Int.random(in: 0..<(depth > 0 ? 6 : 4), using: &random) {
    case 0: return Bool.random(using: &random)
    case 1: return Int.random(in: -1_000_000...1_000_000, using: &random)
    // Of few digits: Foundation itself writes smaller fractions in more than one way.
    case 2: return Double(Int.random(in: -1024...1024, using: &random)) / 1024
    case 3: return String((0..<8).map { _ in "a\"\\\n\té\u{1F600}/\u{1}".randomElement(using: &random) ?? "x" })
    case 4: return (0..<3).map { _ in Self.random(depth: depth - 1, &random) }
    default:
      return Dictionary(
        uniqueKeysWithValues: (0..<3).map { ("k\($0)", Self.random(depth: depth - 1, &random)) })
    }
  }
}

/// SplitMix64: a failure is replayed from the seed that it prints.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    return LoadSeed.mixed(state)
  }
}

extension JSONNode {
  /// Back to JSON, every character of a string escaped.
  fileprivate var json: String {
    switch value {
    case .null: "null"
    case .bool(let flag): "\(flag)"
    case .number(let text): text
    case .string(let text):
      "\""
        + text.utf16.map {
          "\\u" + String(repeating: "0", count: 4 - String($0, radix: 16).count) + String($0, radix: 16)
        }
        .joined() + "\""
    case .array(let items): "[" + items.map(\.json).joined(separator: ",") + "]"
    case .object(let members): "{" + members.map { "\"\($0.key)\":\($0.node.json)" }.joined(separator: ",") + "}"
    }
  }
}

@Suite("The nearest name")
struct NearestNameTests {
  @Test("is the one with the fewest edits", arguments: [("kitten", "sitting", 3), ("", "abc", 3), ("abc", "abc", 0)])
  func distance(first: String, second: String, edits: Int) {
    #expect(NearestName.distance(first, second) == edits)
    #expect(NearestName.distance(second, first) == edits)
  }

  @Test("is not guessed where nothing is near")
  func far() {
    #expect(NearestName.of("xyz", among: ["num_models", "seed"]) == nil)
    #expect(NearestName.of("", among: ["seed"]) == nil)
  }
}
