import ArgumentParser
import CloudUtil

/// `--set`, which every verb takes.
struct OverrideOptions: ParsableArguments {
  @Option(
    name: .customLong("set"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Use another value for a key of the experiment; may be given several times, the last one holds.",
      discussion: "The value is JSON; a bare word is taken as a string: --set send_rates='[30]' --set model=synthetic",
      valueName: "key=json"))
  var overrides: [String] = []
}

/// `--json`.
struct FormatOptions: ParsableArguments {
  @Flag(help: "Print JSON for machines in place of tables: an object a line, and one for each trial.")
  var json = false

  var results: Results { json ? .json : .blocks }

  var arguments: [String] { json ? ["--json"] : [] }
}

/// `--local`, or which cluster.
struct PlaceOptions: ParsableArguments {
  @Flag(help: "On this machine, in place of a cluster.")
  var local = false
  @OptionGroup var cluster: ClusterOptions

  func validate() throws {
    guard !local || (cluster.cluster == nil && cluster.clusterFile == nil) else {
      throw ValidationError("--local is this machine; --cluster and --cluster-file are about machines elsewhere")
    }
  }
}

/// `--cluster` and `--cluster-file`.
struct ClusterOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Which cluster of the experiment, where it has several (default: \(ClusterID.defaultName)): \(FolderName.rule).",
      valueName: "name"))
  var cluster: ClusterName?

  @Option(
    help: ArgumentHelp(
      "Where machines come from (default: \(ClusterFile.defaultPath) here, else the one that ships).", valueName: "file"
    ),
    completion: .file())
  var clusterFile: String?

  var name: String { cluster?.name ?? ClusterID.defaultName }
}

/// The name of a cluster on the command line.
struct ClusterName: ExpressibleByArgument, Equatable, Sendable {
  var name: String

  init?(argument: String) {
    guard FolderName.isValid(argument) else { return nil }
    name = argument
  }
}

/// How trials are run.
struct TrialOptions: ParsableArguments {
  @Flag(help: "Run trials again that are finished, and replace results of other settings at the same path.")
  var overwrite = false

  @Option(
    help: ArgumentHelp(
      "How components run: process; docker, in containers made by Scripts/images; auto: docker where it can be used.",
      valueName: "engine"))
  var engine = EngineChoice.auto

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "What each component of a role may use, in containers: \(RoleLimits.rule).", valueName: "role:limits"))
  var limits: [RoleLimits] = []

  @Flag(help: "Exit 73 if a trial's measurement is INVALID.")
  var strict = false

  @Option(
    help: """
      The frontend's HTTP port; 0 or none: a free one, so that two experiments can run at once (as processes: containers \
      have fixed names).
      """)
  var port: Int = 0

  @Option(
    name: .customLong("link-mbit"),
    help: ArgumentHelp(
      "On this machine, in containers: the rate of each worker's link in Mbit/s (default: \(Number.text(WorkerLink.usual_mbit)) in trials with network shuffles; in others as fast as the machine is).",
      valueName: "rate"))
  var linkMbit: Double?

  func validate() throws {
    if let linkMbit, !WorkerLink.allowed_mbit.contains(linkMbit) {
      throw ValidationError("--link-mbit \(linkMbit): a rate is from 1 to 100000 Mbit/s")
    }
    guard linkMbit == nil || engine != .process else {
      throw ValidationError("--link-mbit: processes have no links of their own; add --engine docker")
    }
    guard (0...65_535).contains(port) else { throw ValidationError("--port \(port): a port is from 0 to 65535") }
    guard Set(limits.map(\.role)).count == limits.count else {
      throw ValidationError("--limits: a role is given twice")
    }
    guard limits.isEmpty || engine != .process else {
      throw ValidationError("--limits: processes cannot be limited; add --engine docker")
    }
  }
}

/// The last level of the result path.
struct FinalDir: ExpressibleByArgument, Equatable, Sendable, CustomStringConvertible {
  static let rule = "\(FolderName.rule), not ending in .partial or .replaced"

  var name: String
  var description: String { name }
  var defaultValueDescription: String { name }

  init?(argument: String) {
    guard FolderName.isValid(argument), !argument.hasSuffix(ResultFolder.partialSuffix),
      !argument.hasSuffix(ResultFolder.replacedSuffix)
    else { return nil }
    name = argument
  }

  init(_ number: Int) { name = String(number) }

  /// As it is given; none if it is the usual one.
  var arguments: [String] { self == FinalDir(0) ? [] : ["--final_dir", name] }
}

extension ArgumentHelp {
  static let finalDir = ArgumentHelp(
    "Last folder of the result path, to keep runs apart: \(FinalDir.rule).", valueName: "name")
}
