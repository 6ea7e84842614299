import Testing

@testable import CloudUtil

@Suite struct CommandTests {
  private let command = Command(
    "worker", ["--name", "it's a b", "", "--number=3"], environment: ["THREADS": "1", "NOTE": "a b"],
    secrets: ["PASSWORD": "swordfish"], stdin: "requirepass swordfish")

  @Test("A transcript line reads as a shell would, and hides secrets and standard input")
  func transcript() {
    #expect(
      command.description
        == #"NOTE='a b' PASSWORD=<secret> THREADS=1 worker --name 'it'\''s a b' '' --number=3 < (21 bytes)"#)
  }

  @Test("However a command is printed, its secrets stay hidden")
  func secrets() {
    var dumped = ""
    dump(command, to: &dumped)
    let texts = [dumped, "\(command)", String(reflecting: command), "\(ShellError.timedOut(command, host: "h"))"]
    for text in texts { #expect(!text.contains("swordfish")) }
  }

  @Test(
    "What is quoted, a real shell reads back",
    arguments: ["plain", "a b", "it's", "$HOME `id` \"x\" \\", "", "é;&|\n*"])
  func quoting(_ word: String) async throws {
    let output = try await LocalShell().require(
      Command("sh", ["-c", "printf %s " + Command.quoted(word)]), deadline: .soon)
    #expect(output.stdout == word)
  }
}
