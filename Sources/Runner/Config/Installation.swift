import Foundation

/// Where the program's own files are, found from the executable and never from the current folder.
struct Installation: Equatable, Sendable {
  /// Holds `run/models`, `run/payloads` and `Scripts`; where the program stands alone, nothing of them.
  var root: String
  /// Holds `frontend`, `worker` and `client`, beside `run_exp`.
  var programs: String
  /// Models built on this machine are in its `models`.
  var cache: String

  var shippedModels: String { "\(root)/run/models" }
  var builtModels: String { "\(cache)/models" }
  /// JPEG files.
  var images: String { "\(root)/run/payloads/images" }
  /// A label and 64 pixels a row.
  var digits: String { "\(root)/run/payloads/digits.csv" }
  /// Makes the built models.
  var modelScript: String { "\(root)/Scripts/models" }
  /// Makes the images of the programs.
  var imageScript: String { "\(root)/Scripts/images" }

  func program(_ name: String) -> String { "\(programs)/\(name)" }

  /// Of the running program.
  /// - Parameter mayBeAlone: the program is enough, without the files that come with it.
  static func current(mayBeAlone: Bool = false) throws -> Installation {
    let link = "/proc/self/exe"
    guard let executable = try? FileManager.default.destinationOfSymbolicLink(atPath: link) else {
      throw Failure(exitCode: .infrastructure, "\(link): not readable; run_exp finds its models and programs from it")
    }
    return try Installation(
      executable: executable, environment: ProcessInfo.processInfo.environment, mayBeAlone: mayBeAlone)
  }

  /// - Parameters:
  ///   - executable: the absolute path of `run_exp`, links followed.
  ///   - environment: `RUN_EXP_HOME` names the root, `RUN_EXP_CACHE` the cache.
  ///   - mayBeAlone: where the files are nowhere, they are looked for where they should be, and not found.
  /// - Throws: `Failure` (infrastructure) if no folder on the way up has `run/models`, unless the program may be alone.
  init(executable: String, environment: [String: String], mayBeAlone: Bool = false) throws {
    let folder = (executable as NSString).deletingLastPathComponent
    programs = folder
    cache = environment["RUN_EXP_CACHE"].nonEmpty ?? "\(environment["HOME"].nonEmpty ?? "/root")/.cache/run_exp"
    if let home = environment["RUN_EXP_HOME"].nonEmpty {
      guard mayBeAlone || Self.isRoot(home) else {
        throw Failure(
          exitCode: .infrastructure, "RUN_EXP_HOME is \(home), which has no run/models; set it to the package's folder")
      }
      root = home
      return
    }
    var candidate = folder
    while !Self.isRoot(candidate) {
      guard candidate != "/", !candidate.isEmpty else {
        if mayBeAlone {
          root = folder
          return
        }
        throw Failure(
          exitCode: .infrastructure,
          "no folder above \(folder) has run/models; set RUN_EXP_HOME to the folder of the run_exp package")
      }
      candidate = (candidate as NSString).deletingLastPathComponent
    }
    root = candidate
  }

  private static func isRoot(_ folder: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: "\(folder)/run/models", isDirectory: &isFolder) && isFolder.boolValue
  }
}

extension String? {
  /// An environment variable that is set and empty counts as not set.
  fileprivate var nonEmpty: String? { self.flatMap { $0.isEmpty ? nil : $0 } }
}
