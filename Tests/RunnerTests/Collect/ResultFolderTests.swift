import Foundation
import Testing

@testable import Runner

@Suite struct ResultFolderTests {
  private func withFolder(_ body: (ResultFolder) throws -> Void) throws {
    let root = FileManager.default.temporaryDirectory.appending(path: "ResultFolderTests-\(UUID())")
    defer { try? FileManager.default.removeItem(at: root) }
    try body(ResultFolder(url: root.appending(path: "it_0/0")))
  }

  private func write(_ fingerprint: String, to folder: ResultFolder) throws {
    try Data(#"{"fingerprint": "\#(fingerprint)"}"#.utf8).write(to: folder.partial.appending(path: "summary.json"))
  }

  @Test("nothing is at the place until the trial is whole; then it is finished, with its fingerprint")
  func writtenAside() throws {
    try withFolder { folder in
      #expect(folder.state == .empty)
      #expect(try folder.begin().hadRest == false)
      try write("a", to: folder)
      #expect(folder.state == .empty)
      try folder.finish()
      #expect(folder.state == .finished(fingerprint: "a"))
      #expect(!FileManager.default.fileExists(atPath: folder.partial.path))
    }
  }

  @Test("trials are found at any depth, in the order of their numbers, and nothing that is being written")
  func below() throws {
    let root = try TemporaryFolder()
    for path in ["it_10/0", "it_2/0", "it_3/0.partial", "it_4/0.replaced"] {
      try root.write(#"{"fingerprint": "a"}"#, to: "\(path)/summary.json")
    }
    let url = URL(filePath: root.path)
    #expect(ResultFolder.trials(below: url) == ["it_2/0", "it_10/0"])
    #expect(ResultFolder.trials(below: url.appending(path: "it_2/0")) == [""])
    #expect(ResultFolder.trials(below: url.appending(path: "nowhere")).isEmpty)
  }

  @Test("the rest of an unfinished attempt is discarded, and said to have been there")
  func discarded() throws {
    try withFolder { folder in
      _ = try folder.begin()
      try write("a", to: folder)
      #expect(try folder.begin().hadRest == true)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.partial.path).isEmpty)
    }
  }

  @Test("older results stay whole until newer ones take their place")
  func replaced() throws {
    try withFolder { folder in
      for fingerprint in ["a", "b"] {
        _ = try folder.begin()
        try write(fingerprint, to: folder)
        if fingerprint == "b" { #expect(folder.state == .finished(fingerprint: "a")) }
        try folder.finish()
      }
      #expect(folder.state == .finished(fingerprint: "b"))
    }
  }

  @Test("a trial that was whole when its run was killed takes its place, and replaced results are not lost")
  func recovered() throws {
    try withFolder { folder in
      _ = try folder.begin()
      try write("a", to: folder)
      #expect(try folder.recover() == false, "the archive is not there yet")
      try Data().write(to: folder.partial.appending(path: Archive.name))
      #expect(try folder.recover())
      #expect(folder.state == .finished(fingerprint: "a"))

      let replaced = folder.url.deletingLastPathComponent().appending(path: "0.replaced")
      try FileManager.default.moveItem(at: folder.url, to: replaced)
      #expect(try folder.recover() == false)
      #expect(folder.state == .finished(fingerprint: "a"))
    }
  }

  @Test("a whole trial that was to replace older results, and whose run was killed before, replaces them")
  func recoveredInPlaceOfOlder() throws {
    try withFolder { folder in
      for fingerprint in ["a", "b"] {
        let (_, lock) = try folder.begin()
        try write(fingerprint, to: folder)
        try Data().write(to: folder.partial.appending(path: Archive.name))
        if fingerprint == "a" { try folder.finish() } else { #expect(try folder.recover() == false, "it is held") }
        lock.release()
      }
      #expect(try folder.recover())
      #expect(folder.state == .finished(fingerprint: "b"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.deletingLastPathComponent().path) == ["0"])
    }
  }

  @Test("a folder that another run writes into is left alone")
  func held() throws {
    try withFolder { folder in
      let (_, lock) = try folder.begin()
      let failure = #expect(throws: Failure.self) { try folder.begin() }
      #expect(failure?.description.contains("another run_exp is writing") == true)
      lock.release()
      #expect(try folder.begin().hadRest)
    }
  }

  @Test("a folder that no trial has written is told apart")
  func foreign() throws {
    try withFolder { folder in
      try FileManager.default.createDirectory(at: folder.url, withIntermediateDirectories: true)
      #expect(folder.state == .foreign)
    }
  }

  @Test("a place that cannot be written is an infrastructure failure that names it")
  func notWritable() throws {
    let folder = ResultFolder(url: URL(filePath: "/proc/no/it_0/0"))
    let failure = #expect(throws: Failure.self) { try folder.begin() }
    #expect(failure?.exitCode == .infrastructure)
    #expect(failure?.description.contains("/proc/no/it_0/0.partial") == true)
  }

  @Test("results of several runs never take their places at a time where folders cannot be held")
  func notHeld() throws {
    let failure = #expect(throws: Failure.self) { try FolderLock(waitingFor: URL(filePath: "/dev/null")) }
    #expect(failure?.exitCode == .infrastructure)
    #expect(failure?.description.contains("/dev/null cannot be locked") == true)
  }
}
