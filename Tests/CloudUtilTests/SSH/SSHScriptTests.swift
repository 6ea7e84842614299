import Testing

@testable import CloudUtil

@Suite struct SSHScriptTests {
  private let command = Command(
    "worker", ["it's"], environment: ["B": "b c"], secrets: ["A": "swordfish"], stdin: "more")

  @Test("The line that a host is asked to run says nothing of the command, which comes on standard input")
  func script() {
    let script = SSHScript(command, nonce: "n0", left: .seconds(9))
    #expect(!script.line.contains("worker") && !script.line.contains("swordfish"))
    #expect(script.line.hasSuffix(" sh run_exp-n0"))
    let text = String(decoding: script.preamble, as: UTF8.self)
    #expect(text.hasPrefix("export A=swordfish\nexport B='b c'\n"))
    #expect(text.contains("\nset -- worker 'it'\\''s'\n"))
    #expect(text.contains("exec timeout -k 1 15 \"$@\""))
    #expect(text.hasSuffix("\nrun_exp-n0\n"))
    var dumped = ""
    dump(script, to: &dumped)
    #expect(!dumped.contains("swordfish") && !"\(script)".contains("swordfish"))
  }

  @Test("A name that a shell cannot set is found", arguments: [("A_1", nil), ("1A", "1A"), ("A.B", "A.B"), ("", "")])
  func names(_ name: String, _ bad: String?) {
    #expect(SSHScript.badName(in: Command("true", environment: [name: "x"])) == bad)
  }

  @Test("Output begins after the marker's line, however it comes in pieces", arguments: 1..<30)
  func marker(_ size: Int) {
    var filter = MarkerFilter(marker: "MARK")
    let bytes = Array("welcome\nno newlineMARK 7\none\nMARK two".utf8)
    var output: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      output += filter.pass(Array(bytes[start..<min(start + size, bytes.count)]))
    }
    #expect(String(decoding: output, as: UTF8.self) == "one\nMARK two")
    #expect(filter.remark == " 7" && filter.text == "welcome")
  }
}
