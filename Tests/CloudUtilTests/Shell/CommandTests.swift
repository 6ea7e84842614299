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

  @Test("An error shows one line of a command, and of a long one the beginning")
  func brief() {
    let script = Command(
      "sh", ["-c", "PATH=$PATH:/sbin\n  " + String(repeating: "echo needs docker\n", count: 12), "sh"])
    let errors = [
      ShellError.notStarted(script, host: "h", reason: "r"), .unreached(script, host: "h", .refused(host: "h")),
      .timedOut(script, host: "h"), .lost(script, host: "h", reason: "r"),
      .failed(script, host: "h", Output(termination: .exited(1), stdout: "", stderr: "")),
    ]
    for error in errors {
      let text = "\(error)"
      #expect(!text.contains("\n") && text.contains("`sh -c 'PATH=$PATH:/sbin echo needs docker echo"), "\(text)")
      #expect(text.contains("…`") && text.count < 200, "\(text)")
    }
    #expect("\(ShellError.timedOut(Command("rsync", ["-a", "x"]), host: "h"))".contains("`rsync -a x`"))
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
