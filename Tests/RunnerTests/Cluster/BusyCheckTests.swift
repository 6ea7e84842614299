import CloudUtil
import Foundation
import Testing

@testable import Runner

/// What a frontend's host is asked, asked of this one in a folder.
@Suite struct BusyCheckTests {
  private let shell = LocalShell()

  private func inFolder(_ body: (ClusterFolder) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "run_exp-busy-\(randomHex(bytes: 6))")
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(ClusterFolder(path: folder.path))
  }

  private func answer(_ folder: ClusterFolder, as owner: String = "ada@a") async throws -> BusyCheck.Work? {
    try await BusyCheck(lease: LaunchLease(folder: folder, owner: owner)).answer(of: shell)
  }

  @Test("A host on which nothing was ever done, or nothing is, is free")
  func free() async throws {
    try await inFolder { folder in
      #expect(try await answer(folder) == nil)
      try FileManager.default.createDirectory(atPath: folder.lock, withIntermediateDirectories: true)
      #expect(try await answer(folder) == nil)
    }
  }

  @Test("A run that holds its lock is at work, until it ends")
  func run() async throws {
    try await inFolder { folder in
      let lock = URL(filePath: folder.lock)
      try FileManager.default.createDirectory(at: lock, withIntermediateDirectories: true)
      let run = try #require(FolderLock(lock))
      #expect(try await answer(folder) == .run)
      run.release()
      #expect(try await answer(folder) == nil)
    }
  }

  @Test("Somebody else's launch is at work as long as it says so; what is left of one's own is not")
  func launch() async throws {
    try await inFolder { folder in
      try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
      let bob = LaunchLease(folder: folder, owner: "bob@b")
      try await shell.require(bob.take, deadline: .now + .seconds(20))
      #expect(try await answer(folder) == .launch("bob@b"))
      #expect(try await answer(folder, as: "bob@b") == nil)
      let old = Date.now.addingTimeInterval(-Double(LaunchLease.life_s) - 1)
      try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: folder.launcher)
      #expect(try await answer(folder) == nil)
    }
  }
}
