import CloudUtil
import Foundation
import Testing

@testable import Runner

/// Programs of one machine on another.
@Suite struct ProgramsThereTests {
  private let here = """
    /b/run_exp:
    \tlinux-vdso.so.1 (0x00007f1ae8d84000)
    \tlibswiftCore.so => /opt/swift/usr/lib/libswiftCore.so (0x1)
    \tlibhiredis.so.0.14 => /lib/x86_64-linux-gnu/libhiredis.so.0.14 (0x2)
    \tlibcurl.so.4 => /usr/lib/x86_64-linux-gnu/libcurl.so.4 (0x3)
    \t/lib64/ld-linux-x86-64.so.2 (0x4)
    /b/worker:
    \tlibswiftCore.so => /opt/swift/usr/lib/libswiftCore.so (0x5)

    """

  @Test("Libraries of no package go along, and those that are not there under this name")
  func libraries() {
    #expect(
      LinkedLibraries.carried(here) == [.init(folder: "/opt/swift/usr/lib", names: ["libswiftCore.so"])])
    let there = """
      /x/run_exp: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found (required by /x/run_exp)
      \tlibhiredis.so.0.14 => not found
      \tlibcurl.so.4 => /lib/x86_64-linux-gnu/libcurl.so.4 (0x7)
      \tlibother.so.1 => not found

      """
    #expect(
      LinkedLibraries.lacking(there, from: here) == [
        .init(folder: "/lib/x86_64-linux-gnu", names: ["libhiredis.so.0.14"])
      ])
    #expect(LinkedLibraries.lacking(here, from: here).isEmpty)
  }

  @Test("A host that is older than the usual builder has one of its own, and a base to match; who names one is obeyed")
  func builder() {
    for platform in ["debian 12 x86_64", "debian 13 x86_64", "ubuntu 24.04 x86_64", "unknown"] {
      let builder = RemoteBuild.Builder(for: platform, named: nil)
      #expect(builder.image == "swift:6.2-bookworm" && builder.base == nil)
    }
    let older = RemoteBuild.Builder(for: "ubuntu 22.04 x86_64", named: nil)
    #expect(older.image == "swift:6.2-jammy" && older.base == "ubuntu:22.04")
    let named = RemoteBuild.Builder(for: "ubuntu 22.04 x86_64", named: "mine:1")
    #expect(named.image == "mine:1" && named.base == nil)
  }

  @Test("A launch says before it has machines what this one lacks")
  func preflight() throws {
    let folder = try TemporaryFolder()
    for program in ["ssh", "ssh-keygen", "rsync"] {
      try folder.write("", to: "bin/\(program)")
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o755], ofItemAtPath: "\(folder.path)/bin/\(program)")
    }
    try folder.write("", to: "run/models/digits.pt")
    for program in Packaging.files where program != "shuffle" { try folder.write("", to: "built/\(program)") }
    try folder.write(Sample.text([:]), to: "x.json")
    var invocation = try Invocation(config: "\(folder.path)/x.json", overrides: [], place: .cluster, finalDir: "0")
    invocation.installation = try Installation(
      executable: "\(folder.path)/built/run_exp", environment: ["RUN_EXP_HOME": folder.path])

    let bin = "/nowhere:\(folder.path)/bin"
    for build in [BuildChoice.auto, .remote] {
      try Preflight(invocation: invocation, build: build).requirePrograms(path: bin)
    }
    let local = Preflight(invocation: invocation, build: .local)
    let unbuilt = #expect(throws: Failure.self) { try local.requirePrograms(path: bin) }
    #expect(unbuilt?.description.hasPrefix("not built in \(folder.path)/built: shuffle\n") == true)
    try FileManager.default.removeItem(atPath: "\(folder.path)/bin/rsync")
    let missing = #expect(throws: Failure.self) { try local.requirePrograms(path: bin) }
    #expect(missing?.description.hasPrefix("rsync: not in PATH") == true)
    #expect(missing?.description.hasSuffix("apt-get install rsync") == true)
  }
}
