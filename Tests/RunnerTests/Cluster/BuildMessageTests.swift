import CloudUtil
import Foundation
import Testing

@testable import Runner

/// What is shown of a build that failed.
@Suite struct BuildMessageTests {
  /// As Swift 6 prints `count` errors, each for the module and again for its tests.
  private func diagnostics(_ count: Int) -> String {
    let errors = (1...count).map { line in
      """
      /s/Sources/A B/C.swift:\(line):7: error: cannot find 'x\(line)' in scope
       1 | func f() {
      \(line) |   x\(line)()
         |   `- error: cannot find 'x\(line)' in scope
         |   |- note: here

      """
    }.joined()
    return "[1/9] Compiling C\n" + errors + "error: emit-module command failed with exit code 1\n" + errors
  }

  private func located(_ lines: ClosedRange<Int>) -> String {
    lines.map { "/s/Sources/A B/C.swift:\($0):7: error: cannot find 'x\($0)' in scope" }.joined(separator: "\n")
  }

  @Test("Of the compiler's errors those are shown that name file and line, each once, in its order")
  func compiler() {
    #expect(RemoteBuild.message(in: diagnostics(12)) == located(1...8))
    #expect(
      RemoteBuild.message(in: "/s/a.c:1:2: fatal error: x.h: no such file\n3 | #include\n")
        == "/s/a.c:1:2: fatal error: x.h: no such file")
  }

  @Test("Where none does, others are shown; where there is no error at all, the last lines")
  func others() {
    #expect(
      RemoteBuild.message(in: "fetching\nerror: no such package\nerror: no such package\n") == "error: no such package")
    #expect(
      RemoteBuild.message(in: (1...9).map { "\($0)\n" }.joined()) == (2...9).map(String.init).joined(separator: "\n"))
  }

  @Test("Scripts/build chooses the same, and exits with 70", arguments: [12, 30])
  func script(count: Int) async throws {
    let folder = try TemporaryFolder()
    try folder.write(diagnostics(count), to: "diagnostics")
    try folder.write("#!/bin/sh\ncat '\(folder.path)/diagnostics'\nexit 1\n", to: "bin/swift")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder.path)/bin/swift")
    let script = URL(filePath: #filePath).appending(path: "../../../../Scripts/build").standardized.path
    let output = try await LocalShell().run(
      Command(script, environment: ["PATH": "\(folder.path)/bin:/usr/bin:/bin"]), deadline: .now + .seconds(60))
    #expect(output.termination == .exited(70) && output.stdout.isEmpty)
    #expect(output.stderr.hasPrefix(located(1...min(count, 20)) + "\n"), "\(output.stderr)")
    #expect(!output.stderr.contains(":21:7: error"))
    #expect(output.stderr.hasSuffix("swift build -c debug failed\n"))
    #expect(RemoteBuild.message(in: output.stderr) == located(1...8))
  }
}
