import CloudUtil
import Foundation

/// What components are started from: this build's programs, or images that hold them.
enum Packaging: Equatable, Sendable {
  case programs(folder: String)
  /// Made by `Scripts/images`; their ids (`sha256:…`) by name.
  case images(ids: [String: String])

  /// The programs of ours that a trial runs.
  static let programs = ["frontend", "worker", "client"]
  static let redis = "redis"
  /// What of ours, beside a program, is in its image: on a worker's host, the one that shuffles.
  static let companions = ["worker": ["shuffle"]]

  /// The files that `Scripts/build` leaves, of which a cluster needs each.
  static let files = ["run_exp"] + programs + companions.values.joined().sorted() + ["libTorchRuntime.so"]

  /// Those of `files` that an installation lacks.
  static func missing(in installation: Installation) -> [String] {
    files.filter { !FileManager.default.fileExists(atPath: installation.program($0)) }
  }

  /// The path of a program of ours where it runs.
  func executable(_ program: String) -> String {
    switch self {
    case .programs(let folder): "\(folder)/\(program)"
    case .images: "/opt/run_exp/bin/\(program)"
    }
  }

  /// The image of a program, or of `redis`; nil where there are none.
  func image(of program: String) -> String? {
    switch self {
    case .programs: nil
    // The very image that was checked, whatever is tagged meanwhile.
    case .images(let ids):
      ids[Packaging.imageName(Packaging.companions.first { $0.value.contains(program) }?.key ?? program)]
    }
  }

  /// The images of a trial, which have to hold the very programs of this build.
  /// - Parameter wanted: which of them, and `redis`; nil: all.
  static func requirements(_ installation: Installation, of wanted: Set<String>? = nil) -> [ImageRequirement] {
    let all = requirements(of: programs.filter { wanted?.contains($0) ?? true }, installation)
    return wanted?.contains(redis) ?? true ? all + [ImageRequirement(imageName(redis), content: redis)] : all
  }

  private static func requirements(of programs: [String], _ installation: Installation) -> [ImageRequirement] {
    programs.map { program in
      let runtime = program == "worker" ? [installation.program("libTorchRuntime.so")] : []
      let companions = (companions[program] ?? []).map(installation.program)
      return ImageRequirement(
        imageName(program), files: [installation.program(program)] + companions + runtime, content: program)
    }
  }

  static func imageName(_ program: String) -> String { "run_exp-\(program):latest" }
}
