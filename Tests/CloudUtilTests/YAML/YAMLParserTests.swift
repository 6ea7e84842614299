import CloudUtil
import Foundation
import Testing

@Suite("The YAML parser")
struct YAMLParserTests {
  private func parse(_ text: String) throws -> YAMLNode { try YAMLParser.parse(Array(text.utf8)) }

  @Test("keeps the order of keys and says where each key and value begins")
  func places() throws {
    let node = try parse(
      """
      # a comment
      provider: ec2
      zones: [us-east-1b, é, us-east-1a]
      tags:
        who: "x"

        cost: ~
      """)
    guard case .mapping(let members) = node.value else { throw Unexpected(node: node) }
    #expect(members.map(\.key) == ["provider", "zones", "tags"])
    #expect(members.map(\.keyPlace) == [2, 3, 4].map { .init(line: $0, column: 1) })
    #expect(members[0].node == YAMLNode(value: .string("ec2"), place: .init(line: 2, column: 11)))
    guard case .list(let zones) = members[1].node.value, case .mapping(let tags) = members[2].node.value else {
      throw Unexpected(node: node)
    }
    #expect(zones.map(\.place.column) == [9, 21, 24])
    #expect(tags.map(\.keyPlace) == [.init(line: 5, column: 3), .init(line: 7, column: 3)])
    #expect(tags[1].node.value == .null)
  }

  @Test(
    "takes plain scalars by the core schema of YAML 1.2",
    arguments: [
      ("no", .string("no")), ("on", .string("on")), ("yes", .string("yes")), ("y", .string("y")),
      ("tRUE", .string("tRUE")), ("true", .bool(true)), ("False", .bool(false)), ("TRUE", .bool(true)),
      ("null", .null), ("Null", .null), ("~", .null), ("nUll", .string("nUll")),
      ("0", .number("0")), ("010", .number("010")), ("-12", .number("-12")), ("+3", .number("+3")),
      ("0o17", .number("0o17")), ("0o18", .string("0o18")), ("0x1F", .number("0x1F")), ("0x", .string("0x")),
      ("1.", .number("1.")), (".5", .number(".5")), ("1e5", .number("1e5")), ("1.5E-3", .number("1.5E-3")),
      (".", .string(".")), ("1e", .string("1e")), ("e5", .string("e5")), ("+", .string("+")),
      ("1.2.3.4/32", .string("1.2.3.4/32")), ("1_000", .string("1_000")), ("1:20", .string("1:20")),
      (".inf", .number(".inf")), ("-.INF", .number("-.INF")), (".NaN", .number(".NaN")), (".iNf", .string(".iNf")),
      ("2026-01-19", .string("2026-01-19")), ("'12'", .string("12")), ("\"true\"", .string("true")),
      ("''", .string("")), ("\"\\u00e9\\n\"", .string("é\n")), ("=", .string("=")), ("<<", .string("<<")),
    ] as [(String, YAMLNode.Value)])
  func scalars(text: String, value: YAMLNode.Value) throws {
    #expect(try parse(text).value == value)
  }

  @Test("takes JSON as it is, block scalars, and a byte order mark")
  func forms() throws {
    #expect(
      try parse(#"{"a": [1, {"b": null}], "c": "d"}"#).canonical == "{s61:[n3ff0000000000000,{s62:null}],s63:s64}")
    #expect(try parse("|\n  a\n  b\n").value == .string("a\nb\n"))
    #expect(try parse("--- 1\n...\n").value == .number("1"))
    let marked = try YAMLParser.parse([0xef, 0xbb, 0xbf] + Array("a: 1".utf8))
    #expect(try marked == parse("a: 1"))
  }

  @Test(
    "says where a text is not YAML, or not what is read here",
    arguments: [
      ("", "1:1: the text is empty"), ("# nothing\n", "2:1: the text is empty"),
      ("a: 1\nb: c: 2\n", "2:5: mapping values are not allowed in this context; put a text"),
      (
        "a: 1\nb: [1, 2\nc: 3\n", "did not find expected ',' or ']', while parsing a flow sequence that began in line 2"
      ),
      ("a:\n\tb: 1\n", "2:1: found character that cannot start any token"),
      ("a: @x\n", "1:4: found character that cannot start any token"),
      ("a: \"x\n", "found unexpected end of stream, while scanning a quoted scalar that began in line 1"),
      ("a: 1\n b: 2\n", "2:3: mapping values are not allowed"),
      ("x:\n  - 1\n - 2\n", "did not find expected"),
      ("a: 1\nb: 2\na: 3\n", "3:1: a: given twice; the first is at 1:1"),
      ("h:\n  w: {u: 1, \"u\": 2}\n", "2:13: h.w.u: given twice; the first is at 2:7"),
      ("a: 1\n---\nb: 2\n", "2:1: a second document begins here; allowed: one"),
      ("%YAML 1.1\n---\na: 1\n", "1:1: found a directive"), ("%TAG ! x,2026:\n---\na: 1\n", "found a directive"),
      ("a: [x, !!str 3]\n", "1:8: a[1]: found the tag tag:yaml.org,2002:str"),
      ("a: !b c\n", "1:4: a: found the tag !b"),
      ("a: &x 1\n", "1:4: a: found the anchor &x"), ("a: 1\nb: *a\n", "2:4: b: found the alias *a"),
      ("*a : 1\n", "1:1: found the alias *a"), ("!x a: 1\n", "1:1: found the tag !x"),
      ("1: a\n", #"1:1: the key 1 is no string; write "1""#), ("true: a\n", "1:1: the key true is no string"),
      ("~: a\n", "1:1: the key ~ is no string"), ("? \n: a\n", "a key is missing before"),
      ("? [a, b]\n: c\n", "1:3: a list or a mapping stands as a key"), ("{{a: 1}: 2}", "stands as a key"),
      ("a: \u{7}\n", "1:4: not UTF-8 text: control characters are not allowed"),
    ])
  func errors(text: String, fragment: String) throws {
    let error = try #require(throws: YAMLError.self) { try parse(text) }
    #expect(error.description.contains(fragment), "\(error)")
    #expect(!error.description.contains("\n"))
  }

  @Test(
    "says where bytes are not UTF-8",
    arguments: [
      [0xff], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0x80], [0xe2, 0x82, 0x20], [0],
    ] as [[UInt8]])
  func notUTF8(bytes: [UInt8]) throws {
    let error = try #require(throws: YAMLError.self) {
      try YAMLParser.parse(Array("é: 1\nab: ".utf8) + bytes + Array("\n".utf8))
    }
    #expect(error.place == .init(line: 2, column: 5), "\(error)")
    // UTF-16 with its byte order mark.
    #expect(throws: YAMLError.self) { try YAMLParser.parse([0xff, 0xfe, 0x61, 0, 0x3a, 0, 0x20, 0, 0x31, 0]) }
  }

  @Test(
    "stops at depth and size instead of running out of stack or time", .timeLimit(.minutes(5)),
    arguments: ["[", "{a: ", "- ", "[{a: ", "? "])
  func depth(opening: String) throws {
    let text = String(repeating: opening, count: (1 << 20) / opening.utf8.count - 1)
    #expect(throws: YAMLError.self) { try parse(text) }
  }

  @Test("reads 64 levels, and refuses 65 and a text of more than a megabyte")
  func limits() throws {
    func nested(_ levels: Int) -> String {
      String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
    }
    _ = try parse(nested(64))
    let deep = try #require(throws: YAMLError.self) { try parse(nested(65)) }
    #expect(deep.message == "nested more than 64 deep")
    #expect(deep.place == .init(line: 1, column: 65))
    let long = String(repeating: "# x\n", count: (1 << 18) + 1)
    #expect(try #require(throws: YAMLError.self) { try parse(long) }.message == "larger than 1048576 bytes")
  }

  @Test(
    "reads what Python's yaml writes as the same tree, and any beginning of it without a crash",
    .enabled(if: PythonYAML.isThere || isAllRequired, "SKIPPED: needs python3-yaml"))
  func agreesWithPython() throws {
    let seed = UInt64.random(in: 0...UInt64(UInt32.max))
    for sample in try PythonYAML.samples(500, seed: seed) {
      let bytes = Array(sample.yaml.utf8)
      do {
        let tree = try YAMLParser.parse(bytes).canonical
        #expect(tree == sample.tree, "seed \(seed): \(sample.yaml)")
      } catch {
        Issue.record("seed \(seed): \(error): \(sample.yaml)")
      }
      for length in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 97)) {
        do { _ = try YAMLParser.parse(Array(bytes[..<length])) } catch is YAMLError {}
      }
    }
  }

  @Test("never crashes, whatever the bytes")
  func mutations() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = Mutations(state: seed)
    let text = Array("a: [x, \"y\\n\", {b: 'c'}]\n? d\n: |-\n  e\n  f\n&g h: *i\n--- !!j >+\n  k\n%YAML 1.2\n".utf8)
    let pool = Array("\0\t\n\r -:?[]{},#&*!|>'\"%@`\\~<=.0aé\u{85}\u{2028}\u{feff}\u{1F600}".utf8) + [0xff, 0xc3, 0x80]
    for _ in 0..<5000 {
      var bytes = text
      for _ in 0...Int.random(in: 0...8, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        let byte = pool[Int.random(in: 0..<pool.count, using: &random)]
        if Bool.random(using: &random) { bytes[place] = byte } else { bytes.insert(byte, at: place) }
      }
      do { _ = try YAMLParser.parse(bytes) } catch is YAMLError {
      } catch { Issue.record("seed \(seed): \(error)") }
    }
  }

  private struct Unexpected: Error { var node: YAMLNode }

  /// SplitMix64.
  private struct Mutations: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
      return mixed ^ (mixed >> 31)
    }
  }
}

extension YAMLNode {
  /// The tree without places, strings and numbers in hexadecimal, so that two programs write it alike.
  var canonical: String {
    switch value {
    case .null: "null"
    case .bool(let flag): "\(flag)"
    case .number(let text): "n" + Self.hexadecimal(Self.number(text).bitPattern)
    case .string(let text): Self.canonical(text)
    case .list(let items): "[" + items.map(\.canonical).joined(separator: ",") + "]"
    case .mapping(let members):
      "{" + members.map { "\(Self.canonical($0.key)):\($0.node.canonical)" }.joined(separator: ",") + "}"
    }
  }

  private static func canonical(_ text: String) -> String {
    "s" + text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private static func hexadecimal(_ bits: UInt64) -> String {
    let digits = String(bits, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  private static func number(_ text: String) -> Double {
    switch text {
    case ".inf": .infinity
    case "-.inf": -.infinity
    default: Double(text) ?? .nan
    }
  }
}
