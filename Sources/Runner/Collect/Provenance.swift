import CloudUtil
import Foundation

/// Where a trial's results come from: enough for a second person to run it again. `provenance.json`.
struct Provenance: Codable, Equatable, Sendable {
  /// The experiment's file, as it was, and the overrides of the command line.
  var config: String
  var overrides: [String]
  var trial: Trial
  /// Of the experiment; `trial` has the seed of its load, which follows from it.
  var seed: UInt64
  var environment: RunEnvironment
  var machine: Machine
  /// How workers are scheduled, below frontend and clients, as `Machinery.workerScheduling` calls it.
  var worker_scheduling: String
  /// The id of each image that components were made of, by name; empty with processes.
  var images: [String: String]
  /// Hosts of the cluster that did not answer any more: the components stood on the others.
  var lost_hosts: [String]?
  /// Of the other hosts of a cluster.
  var clocks: [ClockReading]?
  /// The state of the sources; null where they are not a git checkout.
  var git: Git?
  /// ISO 8601, when the trial began.
  var started: String
  var command: [String]
  /// With `--overwrite`, the sweep that measured the trial, so that it is not measured again when the sweep is resumed.
  var sweep: String?

  static let name = "provenance.json"

  static func read(from folder: URL) throws -> Provenance {
    try JSONDecoder().decode(Provenance.self, from: Data(contentsOf: folder.appending(path: name)))
  }

  func write(to folder: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try (encoder.encode(self) + Data("\n".utf8)).write(to: folder.appending(path: Provenance.name), options: .atomic)
  }

  struct Machine: Codable, Equatable, Sendable {
    var hostname: String
    var kernel: String
    var memory_bytes: UInt64

    static var this: Machine {
      Machine(
        hostname: ProcessInfo.processInfo.hostName,
        kernel: (try? String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8))?
          .trimmingCharacters(in: .whitespacesAndNewlines) ?? "unknown",
        memory_bytes: ProcessInfo.processInfo.physicalMemory)
    }
  }

  struct Git: Codable, Equatable, Sendable {
    var commit: String
    /// Against the commit; cut after a million characters.
    var diff: String

    /// The checkout at `root`; nil if it is none or git is not there.
    static func state(of root: URL, shell: any RemoteShell) async -> Git? {
      let deadline = ContinuousClock.now + .seconds(5)
      func git(_ arguments: String...) async -> String? {
        try? await shell.require(Command("git", ["-C", root.path] + arguments), deadline: deadline).stdout
      }
      guard let commit = await git("rev-parse", "HEAD"), let diff = await git("diff", "HEAD") else { return nil }
      return Git(
        commit: commit.trimmingCharacters(in: .whitespacesAndNewlines), diff: String(diff.prefix(1_000_000)))
    }
  }
}
