import CloudUtil
import Foundation
import Testing

@testable import Runner

/// What installs and builds on hosts, run on this one in a folder.
@Suite struct BootstrapTests {
  private let shell = LocalShell()
  private var soon: ContinuousClock.Instant { .now + .seconds(20) }

  private func finding(isRoot: Bool) -> Bootstrap.Finding {
    Bootstrap.Finding(
      (isRoot ? "root\n" : "") + Bootstrap.Need.allCases.map { "needs \($0.rawValue)\n" }.joined())
  }

  @Test("The scripts that install and build are ones that sh takes", arguments: [true, false])
  func syntax(isFrontend: Bool) async throws {
    let folder = ClusterFolder(experiment: "e", cluster: "c")
    let install = Bootstrap.install(folder, finding(isRoot: true), isFrontend: isFrontend)
    #expect(install.executable == "sh" && install.arguments[1] == "/var/lib/run_exp/e/c")
    #expect(install.arguments.contains("docker.io"))
    // What ends a command by ssh does so as root where the command itself is sudo.
    let bySudo = Bootstrap.install(folder, finding(isRoot: false), isFrontend: isFrontend)
    #expect(bySudo.executable == "sudo" && bySudo.arguments == ["-n", "sh"] + install.arguments)
    try await shell.require(Command("sh", ["-n"], stdin: install.stdin), deadline: soon)
    let builder = RemoteBuild.Builder(for: "debian 12 x86_64", named: nil)
    for command in [RemoteBuild.command(folder, builder: builder), RemoteBuild.images(folder, bases: ["B": "b:1"])] {
      try await shell.require(Command("sh", ["-n", "-c"] + command.arguments.dropFirst()), deadline: soon)
    }
  }

  /// Installs, on a host whose apt-get is `apt`.
  private func install(apt: String = "exit 0", patience_s: Int = 60, programs: [String: String] = [:]) async throws
    -> Output
  {
    let folder = try TemporaryFolder()
    let usual = ["apt-get": apt, "apt-cache": "echo found", "dpkg": "exit 0", "docker": "exit 0"]
    for (name, text) in usual.merging(programs, uniquingKeysWith: { $1 }) {
      try folder.write("#!/bin/sh\n\(text)\n", to: "bin/\(name)")
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder.path)/bin/\(name)")
    }
    var command = Bootstrap.install(
      ClusterFolder(path: "\(folder.path)/cluster"), finding(isRoot: true), isFrontend: false)
    #expect(command.arguments[2] == String(Bootstrap.patience_s))
    command.arguments[2] = String(patience_s)
    command.environment = [
      "PATH": "\(folder.path)/bin:/usr/sbin:/usr/bin:/sbin:/bin", "COUNT": "\(folder.path)/count", "SUDO_USER": "root",
      "RUN_EXP_DOCKER_LOG": "\(folder.path)/docker.log",
    ]
    return try await shell.run(command, deadline: soon)
  }

  @Test("Installing waits for whoever installs, ends in time, and says what apt-get says")
  func installing() async throws {
    #expect(try await install(apt: "exit 0", patience_s: 60).termination.isSuccess)
    let locked = #"echo >>"$COUNT"; [ $(wc -l <"$COUNT") -gt 1 ] || { echo "E: Could not get lock x"; exit 100; }"#
    #expect(try await install(apt: locked, patience_s: 60).termination.isSuccess)

    let unknown = try await install(
      apt: #"echo "Reading"; echo "E: Unable to locate package docker.io"; exit 100"#, patience_s: 60)
    #expect(unknown.termination == .exited(1))
    #expect(unknown.stderr.hasPrefix("apt-get cannot install: docker.io"))
    #expect(unknown.stderr.hasSuffix("\nE: Unable to locate package docker.io\n"))

    // An update that could not fetch its lists succeeds; what comes of it is not the cause.
    let unreachable = try await install(
      apt: """
        echo "Err:1 http://mirror bookworm InRelease"; echo "W: Failed to fetch http://mirror  Could not connect"
        case "$*" in *install*) for n in 1 2 3 4 5 6 7; do echo "E: Unable to locate package $n"; done; exit 100 ;; esac
        """, patience_s: 60)
    #expect(unreachable.stderr.hasPrefix("a mirror of packages cannot be reached, or lacks something; apt-get cannot"))
    #expect(
      unreachable.stderr.contains("\nW: Failed to fetch http://mirror  Could not connect\nErr:1"),
      "\(unreachable.stderr)")

    let slow = try await install(apt: #"echo "Get:1 http://mirror"; sleep 100"#, patience_s: 3)
    #expect(slow.termination == .exited(1))
    #expect(slow.stderr.hasPrefix("apt-get was not done in time with: docker.io"))
    #expect(slow.stderr.hasSuffix("\nGet:1 http://mirror\n"))
  }

  @Test(
    "Where neither systemd nor the package's script starts Docker, its daemon is started by itself, or says why it is not",
    .enabled(if: !FileManager.default.fileExists(atPath: "/run/systemd/system"), "this machine runs systemd"))
  func daemon() async throws {
    let programs = [
      "docker": #"[ "$1" != version ] || [ -e "$COUNT" ]"#,
      "systemctl": "echo no systemd >&2; exit 1", "service": "echo no limits >&2; exit 2",
      "dockerd": #"touch "$COUNT"; echo up; sleep 2"#,
    ]
    let started = try await install(programs: programs)
    #expect(started.termination.isSuccess && started.stderr.isEmpty, "\(started.stderr)")

    let dying = try await install(programs: programs.merging(["dockerd": "echo no iptables; exit 1"]) { $1 })
    #expect(dying.termination == .exited(1))
    #expect(
      dying.stderr == "the Docker daemon does not start\nno systemd\nno limits\nno iptables\n", "\(dying.stderr)")
  }

  @Test("What is built in a container is no older build, and has the libraries beside it that the host lacks")
  func building() async throws {
    let folder = try TemporaryFolder()
    let source = "\(folder.path)/source"
    try folder.write("brought there before", to: "source/.build/release/run_exp")
    let build = """
      case $NO_IMAGE$1 in 1image) exit 1 ;; 1pull) echo no such host >&2; exit 1 ;; esac
      if [ "$1" = run ]; then
        mkdir -p .build/built .build/libraries && ln -s built .build/release && echo built >.build/release/run_exp
        for name in libthere.so.1 libnew.so.2; do echo "$name" >".build/libraries/$name"; done
      fi
      """
    let libraries = #"printf '\tlibthere.so.1 => /lib/libthere.so.1 (0x1)\n\tlibnew.so.2 => not found\n'"#
    for (name, text) in [("docker", build), ("ldd", libraries)] {
      try folder.write("#!/bin/sh\n\(text)\n", to: "bin/\(name)")
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder.path)/bin/\(name)")
    }
    for name in ["sh", "env", "rm", "mkdir", "ln", "cp", "id", "sed"] {
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder.path)/bin/\(name)", withDestinationPath: "/bin/\(name)")
    }
    var command = RemoteBuild.command(
      ClusterFolder(path: folder.path), builder: .init(for: "debian 13 x86_64", named: nil))
    command.executable = "/bin/sh"
    command.environment["PATH"] = "\(folder.path)/bin"
    // An image that is not there and cannot be had says so by the exit status alone.
    command.environment["NO_IMAGE"] = "1"
    let without = try await shell.run(command, deadline: soon)
    #expect(without.termination == RemoteBuild.lacksBuilder && without.stderr == "no such host\n")
    command.environment["NO_IMAGE"] = nil
    try await shell.require(command, deadline: soon)
    #expect(try String(contentsOfFile: "\(source)/.build/release/run_exp", encoding: .utf8) == "built\n")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: "\(source)/.build/built").sorted() == [
        "libnew.so.2", "run_exp",
      ])
  }
}
