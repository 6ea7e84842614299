import CloudUtil
import Foundation
import Testing

@testable import Runner

@Suite struct ClusterSiteTests {
  private let machine = Machine(name: "i-1", address: "10.0.0.1")
  private let command = Command("sh", ["-c", "a long script"])

  private var site: ClusterSite {
    ClusterSite(
      cluster: ClusterID(experiment: "e"), machines: [Role("frontend"): [machine]],
      destinations: ["i-1": SSHDestination(address: "203.0.113.1", user: "u", key: "/k")], state: "/nowhere",
      knowsNames: false)
  }

  private func failed(_ status: Int32, _ stderr: String = "") -> ShellError {
    .failed(command, host: "h", Output(termination: .exited(status), stdout: "", stderr: stderr))
  }

  @Test("A transfer that broke off is taken up again; one that cannot come through is not, nor without end")
  func transfers() async throws {
    let good = Output(termination: .exited(0), stdout: "", stderr: "")
    var attempts = 0
    _ = try await site.transferring("bringing x", pauses: [.zero, .zero]) {
      attempts += 1
      if attempts < 3 { throw failed(attempts == 1 ? 255 : 30) }
      return good
    }
    #expect(attempts == 3)
    attempts = 0
    let lasting = await #expect(throws: Failure.self) {
      try await site.transferring("bringing x", pauses: [.zero, .zero]) {
        attempts += 1
        throw failed(12, "rsync: write failed on \"/v\": No space left on device (28)")
      }
    }
    #expect(attempts == 1)
    let text = "\(try #require(lasting))"
    #expect(text.hasPrefix("bringing x: the frontend i-1 (203.0.113.1): exit status 12:\n"))
    #expect(text.contains("its disk is full: make room there") && !text.contains("a long script"))
    attempts = 0
    await #expect(throws: Failure.self) {
      try await site.transferring("bringing x", pauses: [.zero, .zero]) {
        attempts += 1
        throw failed(255)
      }
    }
    #expect(attempts == 3)
  }

  @Test("What keeps a transfer from coming through is told with what to do, and on which of the two machines")
  func hints() {
    let full = failed(11, "rsync: [receiver] write failed on \"/r\": No space left on device (28)")
    #expect(full.hint().hasPrefix("\nits disk is full"))
    #expect(full.hint(isPull: true).hasPrefix("\nthe disk of this machine is full"))
    let noisy = failed(2, "protocol version mismatch -- is your shell clean?")
    #expect(noisy.hint().contains("~/.bashrc") && noisy.hint(isPull: true) == noisy.hint())
    #expect(failed(23).hint().isEmpty)
  }

  @Test("An operator is the same at every launch, and another on a machine of the same name")
  func operators() throws {
    let folders = [try TemporaryFolder(), try TemporaryFolder()]
    let ids = try folders.map { folder in
      let site = ClusterSite(
        cluster: ClusterID(experiment: "e"), machines: [:], destinations: [:], state: folder.path, knowsNames: false)
      #expect(try site.operatorID() == site.operatorID())
      return try site.operatorID()
    }
    #expect(ids[0] != ids[1] && ids.allSatisfy { !$0.isEmpty })
  }

  @Test("What passes by waiting", arguments: [10, 12, 24, 30, 35, 255] as [Int32])
  func passing(status: Int32) {
    #expect(Rsync.mayPass(Output(termination: .exited(status), stdout: "", stderr: "timeout")))
    for reason in ["Permission denied (publickey).", "Host key verification failed.", "sh: 1: rsync: not found"] {
      #expect(!Rsync.mayPass(Output(termination: .exited(status), stdout: "", stderr: reason)))
    }
    #expect(!Rsync.mayPass(Output(termination: .exited(23), stdout: "", stderr: "")))
  }
}
