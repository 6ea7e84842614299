import CloudUtil
import Foundation

/// Results on their way between this machine and the cluster's: what is finished at one end is not measured again at the
/// other, and nothing finished is replaced unasked.
struct ClusterResults: Sendable {
  let site: ClusterSite
  let progress: CloudProgress

  private static let transfer: Duration = .seconds(3600)

  /// Takes finished trials to the cluster that it has not, so that a cluster that is new goes on where one that is gone
  /// has ended.
  /// - Parameters:
  ///   - paths: of finished trials, relative to the results folder.
  ///   - root: the results folder here.
  func takeAlong(_ paths: [String], from root: String) async throws {
    let frontend = try site.frontend
    let folder = site.folder.results
    let script = #"cd "$1" 2>/dev/null || cd /; shift; for path; do [ -e "$path" ] || echo "$path"; done"#
    let missing = try await frontend.shell.require(
      Command("sh", ["-c", script, "sh", folder] + paths), deadline: .now + ClusterSite.short
    ).stdout.split(separator: "\n").map(String.init)
    guard !missing.isEmpty else { return }
    progress.tell("taking \(missing.count) trials along that are finished here")
    for path in missing {
      // As a run does it: aside, and renamed when it is whole.
      let target = "\(folder)/\(path)"
      let aside = target + ResultFolder.partialSuffix
      try await frontend.shell.require(Command("mkdir", ["-p", "--", aside]), deadline: .now + ClusterSite.short)
      let rsync = Rsync(by: OpenSSH(frontend.destination, knownHosts: site.knownHosts))
      try await site.transferring("bringing \(path)") {
        try await LocalShell().require(
          rsync.push(from: "\(root)/\(path)/", to: aside + "/"), deadline: .now + Self.transfer)
      }
      try await frontend.shell.require(
        Command("mv", ["-T", "--", aside, target]), deadline: .now + ClusterSite.short)
    }
  }

  /// Brings finished results below `path` of the results there to the same path here, and compares them by content.
  /// - Parameters:
  ///   - path: relative to the results folder; empty: all.
  ///   - root: the results folder here.
  ///   - overwrites: replaces trials that are finished here and were measured at another time.
  ///   - isAtWork: whether a run is; if none, what a failed trial left comes along, its logs and records so far.
  /// - Throws: `Failure` (results) if there are such trials and they are not to be replaced, or if what came is not what is
  ///   there.
  func collect(_ path: String, to root: String, overwrites: Bool, isAtWork: Bool) async throws {
    let frontend = try site.frontend
    let there = path.isEmpty ? site.folder.results : "\(site.folder.results)/\(path)"
    let here = path.isEmpty ? root : "\(root)/\(path)"
    let isThere = try await frontend.shell.run(Command("test", ["-d", there]), deadline: .now + ClusterSite.short)
    guard isThere.termination.isSuccess else {
      throw Failure(
        exitCode: .infrastructure,
        "nothing is finished yet: there is no \(there) on the frontend \(frontend.machine.name); status says how far the run is"
      )
    }
    do {
      try FileManager.default.createDirectory(atPath: here, withIntermediateDirectories: true)
    } catch {
      throw ResultFolder.cannotWrite(to: here, error.localizedDescription)
    }
    let others = overwrites ? [] : try await measuredElsewhere(from: there, to: here)
    guard others.isEmpty else {
      throw Failure(
        exitCode: .results,
        "\(others.count) trials are finished here and were measured at another time than those of \(site.cluster):\n"
          + others.prefix(5).joined(separator: "\n")
          + "\ncollect --overwrite replaces them; collect from another folder keeps both")
    }
    var rsync = try pulling
    if !isAtWork { rsync.filters.removeAll { $0 == "- *\(ResultFolder.partialSuffix)" } }
    let deadline = ContinuousClock.now + Self.transfer
    var different: [Substring] = []
    // A trial may finish in between.
    for attempt in 0..<3 {
      // A file that was changed here may have its size and time as before.
      (rsync.comparesContents, rsync.onlyLists) = (attempt > 0, false)
      try await pull(rsync, from: there, to: here, deadline: deadline)
      (rsync.comparesContents, rsync.onlyLists) = (true, true)
      let check = try await pull(rsync, from: there, to: here, deadline: deadline)
      different = check.stdout.split(separator: "\n").filter { $0.hasPrefix(">f") }
      if different.isEmpty { return }
    }
    throw Failure(
      exitCode: .results,
      "\(different.count) files are not here as they are there; collect again:\n"
        + different.prefix(5).joined(separator: "\n"))
  }

  /// The folders here that hold a whole trial, and not the one that is there.
  private func measuredElsewhere(from there: String, to here: String) async throws -> [String] {
    var rsync = try pulling
    rsync.filters += ["+ */", "+ summary.json", "- *"]
    (rsync.comparesContents, rsync.onlyLists) = (true, true)
    let list = try await pull(rsync, from: there, to: here, deadline: .now + Self.transfer)
    return list.stdout.split(separator: "\n").compactMap { line in
      // `>fcs....... wt_c5.xlarge/…/0/summary.json`: what half a copy left cannot be read, and is put right.
      guard line.hasPrefix(">f"), let space = line.firstIndex(of: " ") else { return nil }
      let file = "\(here)/\(line[line.index(after: space)...])"
      let folder = URL(filePath: file).deletingLastPathComponent()
      return ResultFolder(url: folder).state.isFinished ? folder.path : nil
    }
  }

  @discardableResult
  private func pull(
    _ rsync: Rsync, from there: String, to here: String, deadline: ContinuousClock.Instant
  ) async throws -> Output {
    try await site.transferring("bringing results from \(there)", isPull: true) {
      try await LocalShell().require(rsync.pull(from: there + "/", to: here + "/"), deadline: deadline)
    }
  }

  private var pulling: Rsync {
    get throws {
      var rsync = Rsync(by: OpenSSH(try site.frontend.destination, knownHosts: site.knownHosts))
      // What is not finished has another name.
      rsync.filters = [ResultFolder.partialSuffix, ResultFolder.replacedSuffix].map { "- *\($0)" } + ["- .*.tar.gz"]
      return rsync
    }
  }
}
