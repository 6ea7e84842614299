import Foundation
import Testing

@testable import CloudUtil

/// `provider: static`, on machines that are sshds of this one: each has a port and a home of its own.
@Suite("On machines that stay,", .serialized, .enabled(if: StaticBench.canRun, "it needs root and sshd"))
struct StaticClusterTests {
  @Test("terminate clears those that it can, and says which it could not")
  func terminate() async throws {
    // The frontend's host lets in and does nothing that it is told.
    try await StaticBench.use(frontend: ["ForceCommand /bin/false"]) { bench in
      let terminated = try await bench.run("terminate")
      #expect(terminated.termination == .exited(69), "\(terminated.stderr)")
      #expect(terminated.stderr.contains("clearing failed on 1 of 2 hosts:\nfrontend 127.0.0.1:"))
      #expect(!FileManager.default.fileExists(atPath: bench.cluster))
      #expect(try bench.authorised("worker") == bench.user)
      #expect(try bench.authorised("frontend") == bench.user + bench.others)

      // What is known of them stays here for the next try.
      try await bench.restartFrontend()
      let again = try await bench.run("terminate")
      #expect(again.termination == .exited(0), "\(again.stderr)")
      #expect(try bench.authorised("frontend") == bench.user)
    }
  }

  @Test("terminate tells of a host that the file does not name any more")
  func former() async throws {
    try await StaticBench.use { bench in
      try bench.note("[127.0.0.1]:9")
      let terminated = try await bench.run("terminate")
      #expect(terminated.termination == .exited(69), "\(terminated.stderr)")
      #expect(terminated.stderr.contains("machines of the cluster file, but it was on [127.0.0.1]:9, too: name"))
      #expect(try bench.authorised("frontend") == bench.user && bench.authorised("worker") == bench.user)
    }
  }

  @Test("terminate says which results were never brought home before they go")
  func warning() async throws {
    try await StaticBench.use { bench in
      let folder = "\(bench.cluster)/results/cluster/\(bench.id)/rate_1/it_0/0"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try Data(#"{"fingerprint": "f"}"#.utf8).write(to: URL(filePath: folder + "/summary.json"))
      let terminated = try await bench.run("terminate")
      #expect(terminated.termination == .exited(0), "\(terminated.stderr)")
      #expect(
        terminated.stderr.contains(
          "WARNING: 1 finished trial of \(bench.id)/main not below results here goes with it; what is still there is brought home by: run_exp x.json collect"
        ))
      #expect(!FileManager.default.fileExists(atPath: bench.cluster))
    }
  }

  @Test("attach that loses sight of the run says how to follow it again")
  func attach() async throws {
    try await StaticBench.use(frontend: ["ForceCommand /bin/false"]) { bench in
      let attached = try await bench.run("attach")
      #expect(attached.termination == .exited(72), "\(attached.stderr)")
      #expect(
        attached.stderr.contains(
          "\nthe run goes on if its host does; follow it again with: run_exp x.json attach\nthe machines stay; terminate"
        ))
    }
  }
}

/// A user with an experiment, and two hosts that let the user in.
struct StaticBench: Sendable {
  let id = "static-\(UUID().uuidString.prefix(8).lowercased())"
  /// What `authorized_keys` held before the cluster was launched, and what the launch added.
  let user: String
  let others: String
  private let folder: URL
  private let sshds: Sshds
  private let frontendPort: Int

  static let canRun = geteuid() == 0 && FileManager.default.isExecutableFile(atPath: sshd)
  private static let sshd = "/usr/sbin/sshd"
  private static let program = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    .deletingLastPathComponent().appending(path: "run_exp").path

  private actor Sshds {
    private var running: [String: Int32] = [:]

    /// Not by Foundation's `Process`: it takes a child that closes what it has inherited, as sshd does, for one that has ended,
    /// and waits for that before it looks after any other.
    func start(_ name: String, configuration: String) throws {
      end(name)
      running[name] = try Spawn(
        executable: StaticBench.sshd, arguments: ["-D", "-e", "-f", configuration],
        environment: ["PATH": "/usr/local/bin:/usr/bin:/bin"], log: configuration + ".log"
      ).start()
    }

    private func end(_ name: String) {
      guard let pid = running.removeValue(forKey: name) else { return }
      kill(pid, SIGKILL)
      var status: Int32 = 0
      waitpid(pid, &status, 0)
    }

    func endAll() { for name in running.keys { end(name) } }
  }

  /// - Parameter options: lines of sshd_config of the frontend's host.
  static func use(frontend options: [String] = [], _ body: (StaticBench) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "StaticBench-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for key in ["user", "frontend_host", "worker_host"] {
      try await LocalShell().require(
        Command("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "me@laptop", "-f", "\(folder.path)/\(key)"]),
        deadline: .now + .seconds(20))
    }
    let bench = try StaticBench(folder)
    let outcome: Result<Void, any Error>
    do {
      try await bench.start(options)
      outcome = .success(try await body(bench))
    } catch { outcome = .failure(error) }
    await bench.sshds.endAll()
    for path in [folder.path, bench.cluster] { try? FileManager.default.removeItem(atPath: path) }
    // The experiment's own; what is above it may be another's.
    rmdir(URL(filePath: bench.cluster).deletingLastPathComponent().path)
    try outcome.get()
  }

  private init(_ folder: URL) throws {
    self.folder = folder
    sshds = Sshds()
    user = try String(contentsOf: folder.appending(path: "user.pub"), encoding: .utf8)
    others = "ssh-ed25519 AAAA run_exp:\(id)/main\n"
    frontendPort = try LoopbackPort.free()
  }

  private func start(_ options: [String]) async throws {
    let workerPort = try LoopbackPort.free()
    for (name, port) in [("frontend", frontendPort), ("worker", workerPort)] {
      let ssh = folder.appending(path: "\(name)/.ssh")
      try FileManager.default.createDirectory(at: ssh, withIntermediateDirectories: true)
      try Data((user + others).utf8).write(to: ssh.appending(path: "authorized_keys"))
      try configure(name, port: port, name == "frontend" ? options : [])
      try await sshds.start(name, configuration: "\(folder.path)/\(name).config")
    }
    try FileManager.default.createDirectory(atPath: cluster, withIntermediateDirectories: true)
    try write(
      "x.json",
      """
      {"experiment_id": "\(id)", "frontend_type": "c5.large", "worker_type": "c5.large", "client_type": "c5.large",
       "model": "dummy", "s3_path": "", "queue_modes": ["single_queue"], "redundancy_modes": ["none"],
       "num_models": 2, "ec_k_val": [2], "batch_sizes": [1], "send_rates": [10], "num_clients": 1,
       "num_queries": 10, "num_trials": 1, "background_traffic": [0]}
      """)
    let worker = "[{address: 127.0.0.1, port: \(workerPort)}]"
    try write(
      "run/cluster.yml",
      """
      provider: static
      key: \(folder.path)/user
      user: root
      hosts:
        frontend: [{address: 127.0.0.1, port: \(frontendPort)}]
        worker: \(worker)
        client: \(worker)

      """)
  }

  private func configure(_ name: String, port: Int, _ options: [String]) throws {
    let home = "\(folder.path)/\(name)"
    let lines =
      options + [
        "Port \(port)", "ListenAddress 127.0.0.1", "HostKey \(folder.path)/\(name)_host",
        "AuthorizedKeysFile \(home)/.ssh/authorized_keys", "PidFile none", "UsePAM no", "StrictModes no",
        "PasswordAuthentication no", "KbdInteractiveAuthentication no", "PermitRootLogin yes",
        // With the first bash does not read this machine's .bashrc.
        "SetEnv SHLVL=3 HOME=\(home)",
      ]
    try write("\(name).config", lines.joined(separator: "\n") + "\n")
    // Only its package's own service makes it.
    try FileManager.default.createDirectory(atPath: "/run/sshd", withIntermediateDirectories: true)
  }

  /// As it would be without the options that were given.
  func restartFrontend() async throws {
    try configure("frontend", port: frontendPort, [])
    try await sshds.start("frontend", configuration: "\(folder.path)/frontend.config")
  }

  /// As if a launch had been on a host of this name.
  func note(_ host: String) throws {
    try write("state/run_exp/clusters/static/\(id)/main/hosts", "\(host)\n")
  }

  /// The cluster's folder on its hosts, which share this machine's files.
  var cluster: String { "/var/lib/run_exp/\(id)/main" }

  func authorised(_ name: String) throws -> String {
    try String(contentsOf: folder.appending(path: "\(name)/.ssh/authorized_keys"), encoding: .utf8)
  }

  /// `run_exp x.json` and so on, in the user's folder.
  func run(_ line: String) async throws -> Output {
    let words = ["x.json"] + line.split(separator: " ").map(String.init)
    return try await LocalShell().run(
      Command(
        "env",
        ["-C", folder.path, "HOME=\(folder.path)/home", "XDG_STATE_HOME=\(folder.path)/state", Self.program] + words),
      deadline: .now + .seconds(120))
  }

  private func write(_ path: String, _ text: String) throws {
    let file = folder.appending(path: path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }
}
