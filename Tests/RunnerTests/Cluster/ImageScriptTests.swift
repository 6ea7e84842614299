import CloudUtil
import Foundation
import Testing

@testable import Runner

/// `Scripts/images --gather`: what images are made of, where there is no Docker.
@Suite struct ImageScriptTests {
  private static let root = URL(filePath: #filePath).appending(path: "../../../..").standardized.path

  /// A program that stands for the client, `true` as this machine has it.
  private func inFolder(_ body: (TemporaryFolder) async throws -> Void) async throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "programs/none")
    try FileManager.default.copyItem(atPath: "/bin/true", toPath: "\(folder.path)/programs/client")
    try await body(folder)
  }

  private func gather(_ folder: TemporaryFolder) async throws -> Output {
    try await LocalShell().run(
      Command(
        "\(Self.root)/Scripts/images",
        ["client", "--from", "\(folder.path)/programs", "--gather", "\(folder.path)/gathered"],
        environment: ["RUN_EXP_CACHE": "\(folder.path)/cache"]), deadline: .now + .seconds(60))
  }

  private func text(_ name: String, _ folder: TemporaryFolder) throws -> String {
    try String(contentsOfFile: "\(folder.path)/gathered/client/\(name)", encoding: .utf8)
  }

  @Test("The program, what it takes of Debian and its labels are gathered, once for as long as nothing changes")
  func gathering() async throws {
    try await inFolder { folder in
      let output = try await gather(folder)
      #expect(output.termination.isSuccess, "\(output.stderr)")
      let digest = try SHA256.hex([UInt8](try Data(contentsOf: URL(filePath: "/bin/true"))))
      #expect(try text("labels", folder) == "run_exp.image=client\nrun_exp.sha256.client=\(digest)\n")
      #expect(try text("needs", folder) == " libc.so.6:libc6\n")
      #expect(try text("recipe", folder).hasPrefix("client\nclient \(digest)\n"))
      #expect(FileManager.default.isExecutableFile(atPath: "\(folder.path)/gathered/client/programs/client"))
      #expect(FileManager.default.fileExists(atPath: "\(folder.path)/gathered/client/Dockerfile"))
      #expect(try await gather(folder).stderr.isEmpty)

      let first = try text("recipe", folder)
      let program = "\(folder.path)/programs/client"
      try FileManager.default.removeItem(atPath: program)
      try FileManager.default.copyItem(atPath: "/bin/false", toPath: program)
      #expect(try await gather(folder).stderr.contains("gathering"))
      #expect(try text("recipe", folder) != first)
    }
  }

  @Test("A program one of whose libraries is not there is an error that names both, and is not taken for gathered")
  func missingLibrary() async throws {
    try await inFolder { folder in
      let program = URL(filePath: "\(folder.path)/programs/client")
      var bytes = try Data(contentsOf: program)
      let name = try #require(bytes.range(of: Data("libc.so.6".utf8)))
      bytes.replaceSubrange(name, with: Data("libc.so.9".utf8))
      try bytes.write(to: program)
      for _ in 0..<2 {
        let output = try await gather(folder)
        #expect(output.termination == .exited(69))
        #expect(output.stderr.contains("client needs libraries that are not here: libc.so.9"), "\(output.stderr)")
      }
    }
  }
}
