import CloudUtil
import Foundation
import Testing

/// `run_exp` on a cloud of containers that boot (`Scripts/rehearse --shell`), as a user has it.
struct RehearsalBench: Sendable {
  /// Of the user, with `x.json`.
  let folder: URL
  /// What the cloud says is to be exported.
  private let environment: [String: String]
  /// Of the rehearsal.
  private let id: String

  private static let root = URL(filePath: #filePath).appending(path: "../../..").standardized.path
  private static let program = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    .deletingLastPathComponent().appending(path: "run_exp").path

  struct Problem: Error, CustomStringConvertible {
    var description: String
  }

  /// - Parameter faults: of `Scripts/rehearse --faults`, as JSON.
  static func use(faults: String? = nil, _ body: (RehearsalBench) async throws -> Void) async throws {
    let bench = try await RehearsalBench(faults: faults)
    let outcome: Result<Void, any Error>
    do { outcome = .success(try await body(bench)) } catch { outcome = .failure(error) }
    try? FileManager.default.removeItem(at: bench.folder)
    _ = try await LocalShell().run(rehearse(["--down", bench.id]), deadline: .now + .seconds(60))
    try outcome.get()
  }

  private static func rehearse(_ arguments: [String]) -> Command {
    Command("\(root)/Scripts/rehearse", arguments)
  }

  private init(faults: String?) async throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "rehearsal-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var arguments = ["--shell"]
    if let faults {
      let file = folder.appending(path: "faults.json")
      try faults.write(to: file, atomically: true, encoding: .utf8)
      arguments += ["--faults", file.path]
    }
    let output = try await LocalShell().require(Self.rehearse(arguments), deadline: .now + .seconds(300))
    var environment: [String: String] = [:]
    for line in output.stdout.split(separator: "\n") where line.hasPrefix("export ") {
      let parts = line.dropFirst(7).split(separator: "=", maxSplits: 1).map(String.init)
      if parts.count == 2 { environment[parts[0]] = parts[1].trimmingCharacters(in: ["'"]) }
    }
    self.environment = environment
    guard let home = environment["HOME"], let cache = environment["RUN_EXP_CACHE"] else {
      throw Problem(description: "the rehearsal says no HOME: \(output.stdout)\(output.stderr)")
    }
    id = home.dropFirst("\(cache)/rehearsals/".count).split(separator: "/").first.map(String.init) ?? ""
    try """
    {"experiment_id": "rehearsed", "frontend_type": "c5.large", "worker_type": "c5.xlarge", "client_type": "c5.large",
     "model": "digits", "payload": {"kind": "digits"}, "s3_path": "", "queue_modes": ["single_queue"], "redundancy_modes": ["coded", "equal"],
     "num_models": 2, "ec_k_val": [2], "batch_sizes": [1], "send_rates": [20], "num_clients": 1,
     "num_queries": 100, "num_trials": 1, "background_traffic": [0]}
    """.write(to: folder.appending(path: "x.json"), atomically: true, encoding: .utf8)
  }

  /// `run_exp x.json` and so on in the user's folder.
  func command(_ line: String) -> Command {
    let words = line.split(separator: " ").map(String.init)
    return Command(
      "env", ["-C", folder.path] + environment.map { "\($0.key)=\($0.value)" } + [Self.program] + words)
  }

  func run(_ line: String) async throws -> Output {
    try await LocalShell().run(command(line), deadline: .now + .seconds(400))
  }

  /// Runs it until it says `words`, then kills it.
  func kill(_ line: String, at words: String) async throws {
    var command = command(line)
    // Its progress is what is looked at.
    command = Command("sh", ["-c", #"exec "$@" 2>&1"#, "sh", command.executable] + command.arguments)
    let said = Said()
    _ = try await LocalShell().follow(command, deadline: .now + .seconds(400)) { line in
      await said.add(line)
      return line.contains(words) ? .enough : .goOn
    }
    let text = await said.text
    guard text.contains(words) else { throw Problem(description: "it never said \(words):\n\(text)") }
  }

  private actor Said {
    var text = ""
    func add(_ line: String) { text += line + "\n" }
  }

  /// On the machine of a role, as its user sees it.
  func onMachine(_ name: String, _ script: String) async throws -> String {
    let container = "run_exp-rehearsal-\(id)-\(name)"
    return try await LocalShell().require(
      Command("docker", ["exec", "--user", "admin", container, "sh", "-c", script]), deadline: .now + .seconds(60)
    ).stdout
  }

  /// The machines that are left.
  func machines() async throws -> [String] {
    let output = try await LocalShell().require(
      Command("docker", ["ps", "--all", "--format", "{{.Names}}", "--filter", "name=run_exp-rehearsal-\(id)-"]),
      deadline: .now + .seconds(20))
    return output.stdout.split(separator: "\n").map(String.init).filter { !$0.hasSuffix("-services") }.sorted()
  }

  func text(_ path: String) throws -> String {
    try String(contentsOf: folder.appending(path: path), encoding: .utf8)
  }

  func write(_ text: String, to path: String) throws {
    try text.write(to: folder.appending(path: path), atomically: true, encoding: .utf8)
  }
}
