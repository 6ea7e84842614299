import CloudUtil
import Foundation
import Testing

@testable import Runner

/// Whether the machines of a launch that failed may be given back.
@Suite struct ClusterUseTests {
  private let shell = LocalShell()

  private func inFolder(_ body: (ClusterFolder) async throws -> Void) async throws {
    let home = FileManager.default.temporaryDirectory.appending(path: "run_exp-use-\(randomHex(bytes: 6))")
    defer { try? FileManager.default.removeItem(at: home) }
    try await body(ClusterFolder(path: home.path + "/cluster"))
  }

  private func make(_ folder: ClusterFolder) throws {
    try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
  }

  @Test(
    "On machines that nobody prepared, or on which nobody started a run, there is nothing to lose; nobody starts one meanwhile"
  )
  func nothing() async throws {
    try await inFolder { folder in
      let ada = LaunchLease(folder: folder, owner: "ada@a")
      #expect(await ada.use(of: shell) == .none)
      #expect(!FileManager.default.fileExists(atPath: folder.path))
      try make(folder)
      #expect(await ada.use(of: shell) == .none)
      guard case .others("ada@a", _) = try await LaunchLease(folder: folder, owner: "bob@b").ask(shell) else {
        Issue.record("somebody else may launch")
        return
      }
    }
  }

  @Test("Machines stay on which somebody else launches, or a run was started, or began this moment")
  func inUse() async throws {
    try await inFolder { folder in
      try make(folder)
      let (ada, bob) = (LaunchLease(folder: folder, owner: "ada@a"), LaunchLease(folder: folder, owner: "bob@b"))
      try await bob.hold(on: shell) {
        #expect(await ada.use(of: LocalShell()) == .launching("bob@b"))
      }
      try Data("{}".utf8).write(to: URL(filePath: folder.status))
      #expect(await ada.use(of: shell) == .run)
      // What stays is free for whoever launches next.
      #expect(!FileManager.default.fileExists(atPath: folder.launcher))
      try FileManager.default.removeItem(atPath: folder.status)
      try FileManager.default.createDirectory(atPath: folder.lock, withIntermediateDirectories: true)
      let lock = try #require(FolderLock(URL(filePath: folder.lock)))
      #expect(await ada.use(of: shell) == .run)
      lock.release()
      #expect(await ada.use(of: shell) == .none)
    }
  }

  @Test("Machines stay whose frontend's host does not say")
  func unknown() async throws {
    let lease = LaunchLease(folder: ClusterFolder(experiment: "e", cluster: "c"), owner: "ada@a")
    let reason = try #require(await lease.use(of: ScriptedShell.away).reasonToStay)
    #expect(reason.hasPrefix("whether a run was ever started on them is not known: scripted: cannot start"))
    // It answers, and then no more.
    let vanishing = ScriptedShell { command in
      guard command.description.contains("echo yes") else { throw ShellError.timedOut(command, host: "scripted") }
      return .ended(0, "yes\n")
    }
    guard case .unknown = await lease.use(of: vanishing) else {
      Issue.record("it was taken for unused")
      return
    }
  }

  @Test("That a run was started is noted for the frontend that there was, before it is started")
  func started() throws {
    let state = FileManager.default.temporaryDirectory.appending(path: "run_exp-site-\(randomHex(bytes: 6))")
    func site(_ name: String) -> ClusterSite {
      ClusterSite(
        cluster: ClusterID(experiment: "e", name: "c"),
        machines: [Role("frontend"): [Machine(name: name, address: "192.0.2.1")]],
        destinations: [name: SSHDestination(address: "192.0.2.1", port: 22, user: "admin", key: "/k")],
        state: state.path, knowsNames: true)
    }
    #expect(throws: (any Error).self) { try site("i-1").noteStart() }
    try FileManager.default.createDirectory(at: state, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: state) }
    #expect(!site("i-1").hasStarted)
    try site("i-1").noteStart()
    #expect(site("i-1").hasStarted)
    #expect(!site("i-2").hasStarted)
  }
}
