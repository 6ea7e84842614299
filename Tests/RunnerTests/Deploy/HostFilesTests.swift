import CloudUtil
import Foundation
import Testing

@testable import Runner

@Suite struct HostFilesTests {
  /// To which nothing can be brought.
  private struct FullShell: RemoteShell {
    let host = "u@10.0.0.7"
    func run(_ command: Command, deadline: ContinuousClock.Instant) async throws -> Output {
      Output(termination: .exited(1), stdout: "", stderr: "")
    }
    func stream(
      _ command: Command, deadline: ContinuousClock.Instant,
      _ take: @escaping @Sendable ([UInt8]) async throws -> Following
    ) async throws -> Output { try await run(command, deadline: deadline) }
    func upload(_ local: String, to remote: String, deadline: ContinuousClock.Instant) async throws {
      throw ShellError.failed(
        Command("sh", ["-c", "a long script"]), host: host,
        Output(termination: .exited(2), stdout: "", stderr: "tar: x: Cannot write: No space left on device\n"))
    }
    func download(_ remote: String, to local: String, deadline: ContinuousClock.Instant) async throws {}
  }

  @Test("A file that does not come to a host is an error that says which, where and why, and not how it was tried")
  func full() async throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("model", to: "m.pt")
    let files = HostFiles([CloudUtil.Host(name: "worker-2", address: "10.0.0.7", shell: FullShell())])
    var digests = FileDigests()
    let failure = await #expect(throws: Failure.self) { try await files.provide([file], digests: &digests) }
    #expect(failure?.exitCode == .infrastructure)
    #expect(
      failure?.description == """
        bringing \(file) to worker-2: exit status 2:
          tar: x: Cannot write: No space left on device
        its disk is full: make room there (or take a larger volume_gb), then launch again
        """)
  }
}
