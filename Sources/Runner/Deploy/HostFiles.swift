import CloudUtil
import Control
import Foundation

/// The files of trials on hosts other than this one, at the same paths as here: what components read is brought there,
/// what they record is brought home.
struct HostFiles: Sendable {
  /// Those that are not this machine.
  var others: [CloudUtil.Host]

  init(_ hosts: [CloudUtil.Host]) { others = hosts.filter { !$0.isHere } }

  /// Files may be large models.
  private static let patience: Duration = .seconds(600)
  private static let short: Duration = .seconds(30)

  /// Brings `files` (and folders) to every host that does not have them as they are here.
  /// - Parameter digests: of what is here.
  /// - Throws: `Failure`: (config) if one is not here, (infrastructure) that says which did not come to which host, and why.
  func provide(_ files: [String], digests: inout FileDigests) async throws {
    guard !others.isEmpty else { return }
    let (sums, known) = try await onThread { [digests] in
      var digests = digests
      return (try files.map { (path: $0, digest: try digests.digest(of: $0)) }, digests)
    }
    digests = known
    try await onEach { host in
      for (path, digest) in sums {
        // Beside it, so that a folder has one as well.
        let mark = "\(path).sha256"
        do {
          let known = try await host.shell.run(
            Command("sh", ["-c", #"[ -e "$1" ] && cat "$2" 2>/dev/null"#, "sh", path, mark]),
            deadline: .now + Self.short)
          if known.stdout.trimmingCharacters(in: .whitespacesAndNewlines) == digest { continue }
          try await host.shell.upload(path, to: path, deadline: .now + Self.patience)
          try await host.shell.require(
            Command("sh", ["-c", #"printf '%s\n' "$1" >"$2""#, "sh", digest, mark]), deadline: .now + Self.short)
        } catch let error as ShellError {
          throw Failure(
            exitCode: .infrastructure, "bringing \(path) to \(host.name): \(error.reason)\(error.hint())")
        }
      }
    }
  }

  /// Makes an empty folder for a trial on every host.
  func makeFolder(_ folder: URL) async throws {
    try await onEach { host in
      // Components in containers write only into folders that are there.
      let script = #"rm -rf -- "$1" && mkdir -p -- "$1/logs" "$1/\#(Deployment.secondTenantFolder)""#
      try await host.shell.require(
        Command("sh", ["-c", script, "sh", folder.path]), deadline: .now + Self.short)
    }
  }

  /// Brings home what clients and frontend of a deployment recorded, as far as it is there.
  /// - Parameter background: of the trial.
  /// - Returns: why some of it cannot be had, a line each.
  func collect(_ deployment: Deployment, _ background: (any BackgroundLoad)?) async -> [String] {
    let records = deployment.records + (background?.records ?? [])
    return await withTaskGroup(of: String?.self) { group in
      for record in records where !record.host.isHere {
        group.addTask {
          let (host, file) = (record.host, record.path)
          var problem = ""
          for _ in 0..<3 {
            do {
              try await host.shell.download(file, to: file, deadline: .now + Self.patience)
              return nil
            } catch {
              problem = "the records of \(record.component) on \(host.name) cannot be had: \(error)"
            }
          }
          return problem
        }
      }
      return await group.reduce(into: []) { lines, line in if let line { lines.append(line) } }
    }
  }

  /// Removes a trial's folder from every host that answers.
  func removeFolder(_ folder: URL) async {
    try? await onEach { host in
      _ = try? await host.shell.run(Command("rm", ["-rf", "--", folder.path]), deadline: .now + Self.short)
    }
  }

  private func onEach(_ work: @escaping @Sendable (CloudUtil.Host) async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for host in others { group.addTask { try await work(host) } }
      try await group.waitForAll()
    }
  }
}
