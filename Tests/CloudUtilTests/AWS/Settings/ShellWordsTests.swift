import Testing

@testable import CloudUtil

@Suite struct ShellWordsTests {
  @Test(
    "A line comes apart as in a shell",
    arguments: [
      ("", []), (" a  b\tc ", ["a", "b", "c"]), (#"a "b c" 'd e'"#, ["a", "b c", "d e"]), (#"a\ b"c"'d'"#, ["a bcd"]),
      (#"'' """#, ["", ""]), (#""a\"b\\c\d" '\'"#, [#"a"b\c\d"#, #"\"#]), ("ä \"é 漢\"", ["ä", "é 漢"]),
    ])
  func words(line: String, words: [String]) {
    #expect(ShellWords.split(line) == words)
  }

  @Test("What has no end is no line", arguments: ["'a", "\"a", "a\\", "\"a\\\""])
  func open(line: String) {
    #expect(ShellWords.split(line) == nil)
  }
}
