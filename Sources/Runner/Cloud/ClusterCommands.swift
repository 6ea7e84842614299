import CloudUtil

/// The command lines by which a user goes on with a cluster: about the same experiment, cluster file and region as the one
/// that is at work.
struct ClusterCommands: Equatable, Sendable {
  /// The experiment as the user gave it; nil for verbs that do without.
  var config: String?
  /// What is at work: the verb and its own options.
  var verb: [String]
  /// `--cluster-file`, as the user gave it.
  var clusterFile: String?
  /// `--final_dir`, if it is not the usual one: where results are looked for.
  var finalDir: [String] = []
  /// The `--set` arguments: they may say another experiment's id.
  var overrides: [String] = []

  /// - Parameters:
  ///   - verb: what is at work, with all options that were given and are not of the other parameters.
  ///   - finalDir: of verbs that have it.
  init(
    _ verb: [String], config: String?, cluster: ClusterOptions, finalDir: FinalDir? = nil, overrides: OverrideOptions
  ) {
    self.config = config == Verb.noExperiment ? nil : config
    self.verb = verb
    clusterFile = cluster.clusterFile
    self.finalDir = finalDir?.arguments ?? []
    self.overrides = overrides.overrides
  }

  /// The same once more.
  func again(_ cluster: ClusterID?) -> String { line(verb + finalDir, cluster) }

  /// With the options of the launch that is at work, if one is.
  func launch(_ cluster: ClusterID) -> String { line((verb.first == "launch" ? verb : ["launch"]) + finalDir, cluster) }

  /// `attach` or `collect`, which print results.
  func verb(_ verb: String, _ cluster: ClusterID) -> String { line([verb] + finalDir, cluster) }

  func status(_ cluster: ClusterID) -> String { line(["status"], cluster) }

  /// What ends `cluster`; that of the clusters whose time is over, if no experiment was given.
  func terminate(_ cluster: ClusterID?) -> String {
    config == nil ? line(["terminate", "--expired"], nil) : line(["terminate"], cluster)
  }

  private func line(_ verb: [String], _ cluster: ClusterID?) -> String {
    var words = (config.map { [$0] } ?? []) + verb
    if config != nil, let name = cluster?.name, name != ClusterID.defaultName { words += ["--cluster", name] }
    if let clusterFile { words += ["--cluster-file", clusterFile] }
    for override in overrides { words += ["--set", override] }
    return Command("run_exp", words).description
  }
}
