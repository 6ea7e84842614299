import CloudUtil
import Foundation

/// The first half of a launch on a cluster whose machines are there: from ssh to a run that needs nobody any more.
struct ClusterLaunch: Sendable {
  let site: ClusterSite
  let invocation: Invocation
  let build: BuildChoice
  let onHostLoss: Inventory.HostLoss
  /// Of `run`, beside those that say where it is.
  let arguments: [String]
  let files: OperatorFiles
  let progress: CloudProgress

  /// Returns when the run is alive.
  /// - Throws: `Failure` that names the hosts and what to do.
  func begin() async throws {
    try await reach()
    try await requireIdle()
    try site.noteHosts()
    try await bootstrap()
    try await LaunchLease(site).hold(on: try site.frontend.shell) {
      try await authorise()
      try await provideImages(of: try await sync(files))
      try await takeResultsAlong()
      let run = DetachedRun(
        folder: site.folder, launch: randomHex(bytes: 6), files: files,
        arguments: arguments + invocation.overrides.flatMap { ["--set", $0] })
      // Another machine may have launched before.
      try await requireIdle()
      try site.noteStart()
      try await start(run)
    }
  }

  /// A cluster's machines boot in well under this.
  private static let boot: Duration = .seconds(300)
  /// A host that has the right key lets in with it sooner, once its sshd answers; on a machine of EC2 it comes with the boot.
  private static let refusals: Duration = .seconds(10)
  /// Within which a run says that it is alive.
  private static let start: Duration = .seconds(30)
  static let short = ClusterSite.short

  // MARK: ssh

  private func reach() async throws {
    progress.tell("waiting for ssh on \(site.all.count) hosts")
    if site.knowsNames {
      try AddressBook(path: "\(site.state)/addresses", knownHosts: site.knownHosts)
        .update(site.destinations.map { ($0.key, $0.value) })
    }
    let deadline = ContinuousClock.now + Self.boot
    let waiting = Waiting(for: site.all.map(\.name))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        while true {
          try await Task.sleep(for: .seconds(20))
          let lines = waiting.lines
          progress.tell(
            (["still waiting for ssh on \(lines.count) of \(site.all.count) hosts:"] + lines).joined(separator: "\n"))
        }
      }
      defer { group.cancelAll() }
      try await site.onEach("ssh") { machine, shell in
        try await shell.waitUntilReady(deadline: deadline, refusals: site.knowsNames ? nil : Self.refusals) {
          waiting.note($0, of: machine.name)
        }
        try await site.requireIdentity(of: machine, shell)
        waiting.end(of: machine.name)
      }
    }
  }

  private func requireIdle() async throws {
    let frontend = try site.frontend
    let answer = try await frontend.shell.run(DetachedRun.isAtWork(site.folder), deadline: .now + Self.short)
    guard answer.termination.isSuccess else { return }
    throw Failure(exitCode: .infrastructure, DetachedRun.isAtWork(on: site.cluster))
  }

  // MARK: Bootstrap

  private func bootstrap() async throws {
    let frontend = try site.frontend.machine.name
    try await site.onEach("bootstrap") { machine, shell in
      let isFrontend = machine.name == frontend
      let probe = Bootstrap.probe(site.folder, isFrontend: isFrontend)
      let finding = Bootstrap.Finding(try await shell.require(probe, deadline: .now + Self.short).stdout)
      guard !finding.isReady else { return }
      let lacking = finding.needs.subtracting([.sudo])
      guard !lacking.contains(.podman) else {
        throw Failure(exitCode: .infrastructure, "it lacks \(Bootstrap.words([.podman], site.folder))")
      }
      guard !finding.needs.contains(.sudo) else {
        throw Failure(
          exitCode: .infrastructure,
          "it lacks \(Bootstrap.words(lacking, site.folder)); and its user has no sudo without a password, by which that would "
            + "be made (\(finding.refusal)): allow it, log in as root, or see to that by hand")
      }
      progress.tell(
        "\(site.roles(of: machine)) \(machine.name): installing (\(lacking.map(\.rawValue).sorted().joined(separator: ", ")))"
      )
      try await install(finding, on: shell, isFrontend: isFrontend)
      // Whoever has just come to a group is in it from the next login on.
      shell.close()
      let after = Bootstrap.Finding(try await shell.require(probe, deadline: .now + Self.short).stdout)
      guard after.isReady else {
        let left = Bootstrap.words(after.needs.subtracting([.sudo]), site.folder)
        throw Failure(exitCode: .infrastructure, "after installing it still lacks \(left)")
      }
      progress.tell("\(site.roles(of: machine)) \(machine.name): installed")
    }
    progress.tell("all \(site.all.count) hosts are ready for containers")
  }

  private func install(_ finding: Bootstrap.Finding, on shell: SSHShell, isFrontend: Bool) async throws {
    let output: Output
    do {
      output = try await shell.run(
        Bootstrap.install(site.folder, finding, isFrontend: isFrontend),
        deadline: .now + .seconds(Bootstrap.patience_s + 60))
    } catch let error as ShellError {
      throw Failure(exitCode: .infrastructure, "installing: \(error.reason)")
    }
    guard output.termination.isSuccess else {
      let lines = output.stderr.split(separator: "\n").suffix(7)
      throw Failure(
        exitCode: .infrastructure,
        lines.isEmpty ? "installing ended with \(output.termination)" : lines.joined(separator: "\n  "))
    }
  }

  // MARK: Keys

  /// Lets the frontend's host in everywhere, with a key that belongs to the cluster alone.
  private func authorise() async throws {
    let key = site.clusterKey
    try await KeyPair.make(at: key, comment: site.keyComment)
    let line = try await KeyPair.publicLine(of: key)
    let folder = site.folder
    try await site.onEach("authorising the cluster's key") { _, shell in
      try await shell.require(ClusterKeys.authorise(line, note: folder.keyNote), deadline: .now + Self.short)
    }
    let frontend = try site.frontend.shell
    try await frontend.upload(key, to: folder.key, deadline: .now + Self.short)
    let inventory = try await self.inventory()
    try await write(try inventory.text, to: folder.inventory, on: frontend)
    let pinned = try ClusterKeys.knownHosts(
      String(contentsOfFile: site.knownHosts.path, encoding: .utf8),
      for: inventory.others.map { entry in
        (from: site.destinations[entry.name], address: entry.address, port: entry.port)
      })
    try await write(pinned, to: folder.knownHosts, on: frontend)
    try await requireEntry(inventory)
  }

  /// Makes sure that the frontend's host is let in by the others, before anything large goes there.
  /// - Throws: `Failure` (ssh) that names those that do not.
  private func requireEntry(_ inventory: Inventory) async throws {
    let frontend = try site.frontend.shell
    try await site.onEach("letting the frontend in") { machine, _ in
      guard let entry = inventory.others.first(where: { $0.name == machine.name }) else { return }
      let ssh = OpenSSH(
        site.folder.destination(of: entry), knownHosts: KnownHosts(path: site.folder.knownHosts)
      ).command
      let command = Command(ssh[0], ssh.dropFirst() + [entry.address, "true"])
      var output = try await frontend.run(command, deadline: .now + Self.short)
      // A host may be away for a minute.
      for pause in ClusterSite.pauses where Rsync.mayPass(output) {
        try await Task.sleep(for: pause)
        output = try await frontend.run(command, deadline: .now + Self.short)
      }
      guard !output.termination.isSuccess else { return }
      let reason =
        output.stderr.split(whereSeparator: \.isNewline).last.map(String.init) ?? "\(output.termination)"
      throw Failure(
        exitCode: .ssh,
        "the frontend does not get in at \(entry.address): \(reason)\n"
          + (reason.contains("Permission denied")
            ? "the cluster's key is in ~/.ssh/authorized_keys there; its sshd may read another file (AuthorizedKeysFile)"
            : "hosts reach each other by ssh at the addresses that the frontend's host knows them by"))
    }
  }

  func inventory() async throws -> Inventory {
    Inventory(
      cluster: site.cluster.name, frontend: try site.frontend.machine.name,
      hosts: Dictionary(
        uniqueKeysWithValues: site.machines.map { role, machines in
          (
            role.name,
            machines.compactMap { machine in
              site.destinations[machine.name].map {
                Inventory.Entry(name: machine.name, address: machine.address, user: $0.user, port: $0.port)
              }
            }
          )
        }), on_host_loss: onHostLoss,
      git: await Provenance.Git.state(of: URL(filePath: invocation.installation.root), shell: LocalShell()))
  }

  func write(_ text: String, to path: String, on shell: SSHShell) async throws {
    let script = #"umask 077 && cat >"$1.new" && mv -- "$1.new" "$1""#
    try await shell.require(
      Command("sh", ["-c", script, "sh", path], stdin: Secret(text)), deadline: .now + Self.short)
  }

  // MARK: Results

  private func takeResultsAlong() async throws {
    let root = invocation.results.root
    let finished = invocation.sweep.trials.map { invocation.folder(of: $0) }
      .filter { ResultFolder(url: URL(filePath: $0)).state.isFinished }
      .map { String($0.dropFirst(root.count + 1)) }
    try await ClusterResults(site: site, progress: progress).takeAlong(finished, from: root)
  }

  // MARK: Start

  private func start(_ run: DetachedRun) async throws {
    let frontend = try site.frontend.shell
    try await frontend.require(run.start, deadline: .now + Self.short)
    let deadline = ContinuousClock.now + Self.start
    while true {
      let text = try await frontend.require(DetachedRun.status(run.folder), deadline: .now + Self.short).stdout
      // It may have ended already; then it was alive, and its log says why.
      if let status = try? RunStatus(text), status.launch == run.launch { return }
      guard ContinuousClock.now < deadline else {
        let log = try? await frontend.run(
          Command("tail", ["-n", "5", "--", run.folder.log]), deadline: .now + Self.short)
        throw Failure(
          exitCode: .infrastructure, "the run did not say that it is alive; its log ends with:\n\(log?.stdout ?? "")")
      }
      try await Task.sleep(for: .milliseconds(200))
    }
  }
}
