/// Where a cluster's files lie on its hosts: at the same paths on each of them, whoever logs in.
struct ClusterFolder: Equatable, Sendable {
  /// Absolute.
  var path: String

  static let parent = "/var/lib/run_exp"

  init(experiment: String, cluster: String) { path = "\(Self.parent)/\(experiment)/\(cluster)" }

  init(path: String) { self.path = path }

  /// The source tree, with the programs that were built from it.
  var source: String { "\(path)/source" }
  /// The operator's files, each below this at its path there.
  var mirror: String { "\(path)/files" }
  /// Of all trials, whatever folder they were launched from.
  var results: String { "\(path)/results" }
  /// What the installation keeps: built models.
  var cache: String { "\(path)/cache" }
  /// Of its runs, one after the other.
  var log: String { "\(path)/runner_log.txt" }
  /// Which hosts there are, as `Inventory`.
  var inventory: String { "\(path)/hosts.json" }
  /// What the run has come to, as `RunStatus`.
  var status: String { "\(path)/status.json" }
  /// On each host, of every run that was ever at work there, as `RunOwner`, a line each: theirs are the cluster's containers.
  var owners: String { "\(path)/owners" }
  /// With which the frontend's host reaches the others.
  var key: String { "\(path)/id_ed25519" }
  /// On each host, what was made of `~/.ssh` for that key.
  var keyNote: String { "\(path)/ssh_made" }
  var knownHosts: String { "\(path)/known_hosts" }
  /// Held by the run that is at work.
  var lock: String { "\(path)/lock" }

  /// Who is launching, as `LaunchLease`.
  var launcher: String { "\(path)/launching" }
  /// The container that builds on the frontend's host.
  var builder: String { "run_exp-build" + path.dropFirst(Self.parent.count).replacing("/", with: "-") }

  /// What images are made of, as `Scripts/images --gather` leaves it.
  var gathered: String { "\(source)/.build/images" }

  var programs: String { "\(source)/.build/release" }
  var program: String { "\(programs)/run_exp" }
}
