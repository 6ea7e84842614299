import CloudUtil
import Foundation
import Testing

/// `run_exp` against a double of EC2 on loopback, as users run it: each has a folder and a home of their own, all the same
/// account.
@Suite("The cloud", .serialized, .enabled(if: CloudBench.canRun, "Scripts/python cannot be made here"))
enum CloudTests {}

/// A double of EC2, and a user with an experiment and a cluster file.
struct CloudBench: Sendable {
  let folder: URL
  /// Of the experiment: 1 frontend, 3 workers and 1 client for 2 models.
  let id = "cloud-test"
  let endpoint: String
  private let double: Process

  static let secretKey = "double-SECRET-0123456789-abcdefghij-KLMNOP"
  private static let root = URL(filePath: #filePath).appending(path: "../../..").standardized.path
  private static let python = "\(root)/Scripts/python"
  private static let program = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    .deletingLastPathComponent().appending(path: "run_exp").path

  /// How much faster everything is than in a cloud.
  private static let timeScale = 50

  /// Whether the double can be started, or has to be.
  static let canRun: Bool = {
    if ProcessInfo.processInfo.environment["RUN_EXP_REQUIRE_ALL"] != nil { return true }
    let process = Process()
    process.executableURL = URL(filePath: python)
    process.arguments = ["-c", "import moto"]
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()

  struct Problem: Error, CustomStringConvertible {
    var description: String
  }

  /// - Parameter sessionToken: that the double asks for beside the keys.
  static func use(
    rules: [Rule] = [], seed: Int = 1, sessionToken: String? = nil, _ body: (CloudBench) async throws -> Void
  ) async throws {
    let bench = try CloudBench(seed: seed, sessionToken: sessionToken)
    defer { bench.remove() }
    if !rules.isEmpty { try await bench.fail(rules) }
    try await body(bench)
  }

  private let sessionToken: String?

  private init(seed: Int, sessionToken: String?) throws {
    self.sessionToken = sessionToken
    folder = FileManager.default.temporaryDirectory.appending(path: "CloudBench-\(UUID())")
    for name in ["here/run", "there", "home", "other-home"] {
      try FileManager.default.createDirectory(at: folder.appending(path: name), withIntermediateDirectories: true)
    }
    double = Process()
    double.executableURL = URL(filePath: Self.python)
    double.arguments = [
      "-B", "-m", "EC2Double", "--with-parent", "--port", "0", "--time-scale", "\(Self.timeScale)", "--seed", "\(seed)",
    ]
    double.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("AWS_") }
      .merging(["PYTHONPATH": "\(Self.root)/Tests"]) { $1 }
      .merging(sessionToken.map { ["AWS_SESSION_TOKEN": $0] } ?? [:]) { $1 }
    let output = Pipe()
    double.standardOutput = output
    try double.run()
    let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    guard let url = line.split(separator: " ").last, url.hasPrefix("http") else {
      double.terminate()
      throw Problem(description: "the double does not start: \(line)")
    }
    endpoint = url.trimmingCharacters(in: .whitespacesAndNewlines)
    try write(
      "here/x.json",
      """
      {"experiment_id": "\(id)", "frontend_type": "c5.large", "worker_type": "c5.xlarge", "client_type": "c5.large",
       "model": "dummy", "s3_path": "", "queue_modes": ["single_queue"], "redundancy_modes": ["coded"],
       "num_models": 2, "ec_k_val": [2], "batch_sizes": [1], "send_rates": [100], "num_clients": 1,
       "num_queries": 200, "num_trials": 1, "background_traffic": [0]}
      """)
    try write("here/run/cluster.yml", Self.clusterFile)
  }

  static let clusterFile = """
    provider: ec2
    region: us-east-1
    zones: [us-east-1b, us-east-1a]
    ssh_from: [203.0.113.0/24]

    """

  private func remove() {
    kill(double.processIdentifier, SIGKILL)
    double.waitUntilExit()
    try? FileManager.default.removeItem(at: folder)
  }

  func write(_ path: String, _ text: String) throws {
    try Data(text.utf8).write(to: folder.appending(path: path))
  }

  // MARK: What a user does

  enum User {
    /// Who has the experiment and the cluster file.
    case first
    /// In an empty folder on another machine, with the path of the experiment.
    case elsewhere
  }

  /// A `run_exp` that runs.
  struct Run: Sendable {
    let process: Process
    fileprivate let output: URL
    fileprivate let errors: URL

    func interrupt() { kill(process.processIdentifier, SIGINT) }

    /// How it ended; killed if it does not within a minute.
    func end() async throws -> Output {
      let deadline = ContinuousClock.now + .seconds(60)
      while process.isRunning {
        if ContinuousClock.now > deadline { kill(process.processIdentifier, SIGKILL) }
        try await Task.sleep(for: .milliseconds(4))
      }
      let status = process.terminationStatus
      return Output(
        termination: process.terminationReason == .exit ? .exited(status) : .signalled(status),
        stdout: try text(output),
        stderr: try text(errors))
    }

    private func text(_ file: URL) throws -> String { String(decoding: try Data(contentsOf: file), as: UTF8.self) }
  }

  /// Starts `run_exp`; `x.json` among the words is the experiment.
  func start(
    _ words: [String], as user: User = .first, environment: [String: String?] = [:]
  ) throws -> Run {
    let process = Process()
    process.executableURL = URL(filePath: Self.program)
    process.currentDirectoryURL = folder.appending(path: user == .first ? "here" : "there")
    process.arguments = words.map {
      $0 == "x.json" && user == .elsewhere ? folder.appending(path: "here/x.json").path : $0
    }
    var variables: [String: String?] = [
      "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "USER": "ada",
      "HOME": folder.appending(path: user == .first ? "home" : "other-home").path, "AWS_REGION": "us-east-1",
      "AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": "AKIADOUBLE0000000001",
      "AWS_SECRET_ACCESS_KEY": Self.secretKey, "AWS_SESSION_TOKEN": sessionToken, "AWS_EC2_METADATA_DISABLED": "true",
      "RUN_EXP_CLOUD_TIME_SCALE": "\(Self.timeScale)",
    ]
    variables.merge(environment) { $1 }
    process.environment = variables.compactMapValues { $0 }
    let name = UUID().uuidString
    let run = Run(
      process: process, output: folder.appending(path: "\(name).out"), errors: folder.appending(path: "\(name).err"))
    for file in [run.output, run.errors] { try Data().write(to: file) }
    process.standardOutput = try FileHandle(forWritingTo: run.output)
    process.standardError = try FileHandle(forWritingTo: run.errors)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    return run
  }

  /// Runs `run_exp` with the words of `line` to its end.
  func run(
    _ line: String, as user: User = .first, environment: [String: String?] = [:]
  ) async throws -> Output {
    try await start(line.split(separator: " ").map(String.init), as: user, environment: environment).end()
  }

  /// Runs what must succeed.
  @discardableResult
  func must(
    _ line: String, as user: User = .first, environment: [String: String?] = [:],
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> Output {
    let output = try await run(line, as: user, environment: environment)
    try #require(output.termination == .exited(0), "\(line): \(output.stderr)", sourceLocation: sourceLocation)
    return output
  }

  /// What Python prints, with boto3 as `ec2` for the double.
  func boto(_ script: String) async throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: Self.python)
    process.arguments = ["-B", "-c", "import boto3, json\nec2 = boto3.client('ec2')\n\(script)"]
    process.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("AWS_") }.merging([
      "AWS_ENDPOINT_URL": endpoint, "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1",
      "AWS_ACCESS_KEY_ID": "AKIADOUBLE0000000001", "AWS_SECRET_ACCESS_KEY": Self.secretKey,
    ]) { $1 }
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }
}
