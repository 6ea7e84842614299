import Testing

@testable import Client

@Suite("The predicted class of a reply")
struct ReplyScannerTests {
  private func predicted(_ text: String) -> Int? {
    Array(text.utf8).withUnsafeBytes { ReplyScanner.predictedClass($0) }
  }

  @Test(
    "is the index of the largest output, the first of equal ones",
    arguments: [
      (#"{"query_id":12,"output":[0.1,0.7,0.2],"default":false,"source":"own"}"#, 1),
      (#"{"output":[3]}"#, 0),
      (#"{"output":[-3,-1.5,-2]}"#, 1),
      (#"{"output":[1,1,0]}"#, 0),
      (#"{"output":[0,-0.0,0]}"#, 0),
      (#"{"output":[1e3,1E+4,2.5e-2,99]}"#, 1),
      (#"{"output":[-1e300,-1e-300,-1]}"#, 1),
      (#"{"output":[0.30000000000000004441,0.3000000000000001,0.3]}"#, 1),
      (" {\n\t\"output\" : [ 1 ,\r\n 2 ] } ", 1),
      (#"{"source":"own","output":[1,2]}"#, 1),
    ])
  func largest(text: String, index: Int) {
    #expect(predicted(text) == index)
  }

  @Test(
    "is not taken from an output inside another value",
    arguments: [
      (#"{"error":"\"output\":[1,2]","output":[2,1]}"#, 0),
      (#"{"a":{"output":[1,2]},"output":[2,1]}"#, 0),
      (#"{"a":["output",[1,2]],"output":[2,1]}"#, 0),
      (#"{"name":"output","output":[2,1]}"#, 0),
      (#"{"outputs":[1,2],"output":[2,1]}"#, 0),
      (#"{"x\\":"\\","output":[2,1]}"#, 0),
    ])
  func nested(text: String, index: Int) {
    #expect(predicted(text) == index)
  }

  @Test(
    "is absent where the output is absent, empty, cut short or not of numbers",
    arguments: [
      "", "{}", "[]", "ok", #"{"error":"busy"}"#, #"{"output":[]}"#, #"{"output":null}"#, #"{"output":[1,null]}"#,
      #"{"output":[1,2"#, #"{"output":[1,"#, #"{"output":["#, #"{"output":"#, #"{"output"#, #"{"output":[1,,2]}"#,
      #"{"output":[1 2]}"#, #"{"output":[-]}"#, #"{"output":[1e]}"#, #"{"output":[.]}"#, #"{"output":[NaN]}"#,
      #"{"output":[[1]]}"#, #"{"output":["1"]}"#, #"{"output":{"0":1}}"#, #"{"a":"\"#,
    ])
  func absent(text: String) {
    #expect(predicted(text) == nil)
  }

  @Test("is the one that Swift's own reading of the numbers gives, for random float32 outputs")
  func random() {
    let seed = UInt64.random(in: .min ... .max)
    var values = NormalValues(seed: seed, stream: 0)
    for _ in 0..<200 {
      let scale = Float(values.next() * 30)
      let output = (0..<100).map { _ in values.next() * scale * (values.next() > 2 ? 1e-20 : 1) }
      let text = "{\"output\":[\(output.map { "\($0)" }.joined(separator: ","))]}"
      let expected = output.indices.max { (output[$0], $1) < (output[$1], $0) }
      #expect(predicted(text) == expected, "seed \(seed)")
    }
  }
}
