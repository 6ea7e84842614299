import NIOCore
import NIOHTTP1
import Serving
import Testing

@testable import Frontend

@Suite("JSON bodies")
struct QueryBodyTests {
  private func input(_ json: String) -> Result<[UInt8], Refusal> {
    Result { () throws(Refusal) in
      try QueryBody.json.input(ByteBuffer(string: json), format: .images, allocator: ByteBufferAllocator())
    }.map { Array($0.readableBytesView) }
  }

  @Test(
    "valid JSON is read, whatever is around the input",
    arguments: [
      #"{"input":"AQID"}"#, #" { "input" : "AQID" } "#, "\n{\t\"input\":\r\"AQID\"}\n",
      #"{"a":[1,-2.5e+3,0,{"b":null}],"input":"AQID","c":"\"}{\\"}"#, #"{"input":"AQID","d":true,"e":false}"#,
      #"{"\u0069nput":"AQID"}"#, #"{"input":"\u0041QID"}"#, #"{"input":"////","input":"AQID"}"#,
      #"{"":"","input":"AQID"}"#,
    ])
  func valid(_ json: String) {
    #expect(input(json) == .success([1, 2, 3]))
  }

  @Test("an escaped slash is a slash")
  func slash() { #expect(input(#"{"input":"\/\/\/\/"}"#) == .success([255, 255, 255])) }

  @Test(
    "what is not JSON is refused",
    arguments: [
      "", "{", "{}}", "null", #"{"input"}"#, #"{"input":}"#, #"{"input":"AQID",}"#, #"{input:"AQID"}"#,
      #"{'input':'AQID'}"#,
      #"{"input":"AQID" "b":1}"#, #"{"a":01,"input":"AQID"}"#, #"{"a":.5,"input":"AQID"}"#, #"{"a":1.,"input":"AQID"}"#,
      #"{"a":+1,"input":"AQID"}"#, #"{"a":tru,"input":"AQID"}"#, #"{"a":NaN,"input":"AQID"}"#,
      #"{"a":"\x","input":"AQID"}"#,
      #"{"a":"\u12g4","input":"AQID"}"#, #"{"a":"\","input":"AQID"}"#, "{\"a\":\"\u{1}\",\"input\":\"AQID\"}",
      #"{"a":[1,],"input":"AQID"}"#, #"{"a":[1 2],"input":"AQID"}"#, #"{"a":{"b"},"input":"AQID"}"#,
      #"{"input":"AQID"}{}"#,
    ])
  func invalid(_ json: String) {
    guard case .failure(let refusal) = input(json) else {
      Issue.record("taken as JSON: \(json)")
      return
    }
    #expect(refusal.status == .badRequest && refusal.reason.contains("not JSON"), "\(refusal.reason)")
  }

  @Test("deep nesting is refused, not followed")
  func deep() {
    let nested = String(repeating: "[", count: 100_000)
    guard case .failure(let refusal) = input("{\"a\":\(nested)") else {
      Issue.record("taken")
      return
    }
    #expect(refusal.reason.contains("less nesting"))
  }

  @Test("random damage to a good body never crashes, and gives the input or a 400")
  func damaged() {
    var generator = Xoshiro256(seed: 1)
    let good = Array(#"{"a":[1,{"b":"\u0041\n"}],"input":"AQIDBAUG"}"#.utf8)
    for _ in 0..<2000 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      bytes.removeLast(Int.random(in: 0...3, using: &generator))
      let outcome = Result { () throws(Refusal) in
        try QueryBody.json.input(ByteBuffer(bytes: bytes), format: .images, allocator: ByteBufferAllocator())
      }
      if case .failure(let refusal) = outcome { #expect(refusal.status == .badRequest, "\(bytes)") }
    }
  }
}
