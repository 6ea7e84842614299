import Foundation
import Testing

@testable import CloudUtil

/// Network namespaces of tests.
private enum Networks {
  static var mayBeMade: Bool {
    get async {
      let rules = Command("unshare", ["--net", "iptables", "-S"])
      let output = try? await LocalShell().run(rules, deadline: .now + .seconds(20))
      return output?.termination.isSuccess ?? false
    }
  }
}

/// What is done to links, in a network namespace of the test's own; needs root.
@Suite(.serialized, .enabled("SKIPPED: network namespaces take root") { await Networks.mayBeMade })
struct LinkCommandsTests {
  private static let shell = LocalShell()

  /// Runs `body` with a process that has a network of its own with an `eth0`.
  private func withNetwork(_ body: (Int32) async throws -> Void) async throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/unshare")
    process.arguments = [
      "--net", "sh", "-c",
      "ip link add eth0 type veth peer name eth1 && ip link set eth0 up && echo up && exec sleep 60",
    ]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    defer { process.terminate() }
    #expect(try output.fileHandleForReading.read(upToCount: 2) == Data("up".utf8))
    try await body(process.processIdentifier)
  }

  private func shape(_ pid: Int32, _ condition: LinkCondition) async throws -> Output {
    try await Self.shell.run(LinkCommands.shape(pid: pid, as: condition), deadline: .now + .seconds(20))
  }

  private func rules(_ pid: Int32) async throws -> [Substring] {
    let listing = Command("nsenter", ["--target", String(pid), "--net", "iptables", "-S"])
    let text = try await Self.shell.require(listing, deadline: .now + .seconds(20)).stdout
    return text.split(separator: "\n").filter { $0.hasPrefix("-A") }
  }

  @Test(
    "A link that is cut drops all but its loopback, both ways; once, however often it is cut; healed, nothing is left")
  func cut() async throws {
    try await withNetwork { (pid: Int32) async throws -> Void in
      for _ in 0..<2 {
        #expect(try await shape(pid, LinkCondition(isCut: true)).termination.isSuccess)
        #expect(try await rules(pid) == ["-A INPUT ! -i lo -j DROP", "-A OUTPUT ! -o lo -j DROP"])
      }
      for _ in 0..<2 {
        #expect(try await shape(pid, LinkCondition()).termination.isSuccess)
        #expect(try await rules(pid).isEmpty)
      }
    }
  }

  @Test("A link is delayed by netem, and no more when the delay is taken back; where the kernel has none it is said")
  func delay() async throws {
    let probe = try await Self.shell.run(LinkCommands.probe, deadline: .now + .seconds(20))
    #expect(probe.termination.isSuccess, "\(probe.stderr)")
    try await withNetwork { (pid: Int32) async throws -> Void in
      let delayed = try await shape(pid, LinkCondition(delay_ms: 12.5))
      #expect(delayed.termination.isSuccess == (probe.stdout == "netem\n"), "\(probe.stdout) \(delayed.stderr)")
      let listing = Command("nsenter", ["--target", String(pid), "--net", "tc", "qdisc", "show", "dev", "eth0"])
      if delayed.termination.isSuccess {
        #expect(try await Self.shell.require(listing, deadline: .now + .seconds(20)).stdout.contains("delay 12.5ms"))
      }
      #expect(try await shape(pid, LinkCondition()).termination.isSuccess)
      #expect(try await !Self.shell.require(listing, deadline: .now + .seconds(20)).stdout.contains("netem"))
    }
  }

  @Test("A link that cannot be healed is not said to be", arguments: ["iptables", "tc"])
  func notHealed(_ program: String) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "links-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    // Lists, and refuses whatever would change something.
    let busy = #"""
      #!/bin/sh
      case " $* " in
        *" -S INPUT "*) echo "-A INPUT ! -i lo -j DROP" ;;
        *" -S "*) ;;
        *" show "*) echo "qdisc netem 8001: root refcnt 2 limit 1000 delay 10ms" ;;
        *) echo "another program is at it" >&2; exit 4 ;;
      esac
      """#
    _ = FileManager.default.createFile(
      atPath: folder.appending(path: program).path, contents: Data(busy.utf8), attributes: [.posixPermissions: 0o755])
    try await withNetwork { (pid: Int32) async throws -> Void in
      var heal = LinkCommands.shape(pid: pid, as: LinkCondition())
      heal.environment["PATH"] = "\(folder.path):/usr/sbin:/usr/bin:/sbin:/bin"
      let output = try await Self.shell.run(heal, deadline: .now + .seconds(20))
      #expect(!output.termination.isSuccess)
      #expect(output.stderr.contains("another program is at it"))
    }
  }

  @Test("A process that has ended has no link")
  func ended() async throws {
    var gone: Int32 = 0
    try await withNetwork { gone = $0 }
    try await Task.sleep(for: .milliseconds(200))
    #expect(try await !shape(gone, LinkCondition(isCut: true)).termination.isSuccess)
  }
}
