import CloudUtil
import Foundation

/// Sees to it that the files of built-in models are there before anything is started.
struct ModelStore {
  var installation: Installation
  var shell: any RemoteShell
  var progress: Progress

  /// ResNet-152 is written in well under this.
  private static let buildTime: Duration = .seconds(600)

  /// Makes those of the models that are missing and can be made here.
  /// - Throws: `Failure` (infrastructure) that names the command, if one cannot be had.
  func provide(_ names: Set<String>) async throws {
    for name in names.sorted() {
      guard let model = ModelCatalogue.model(named: name) else { continue }
      switch model.source {
      case .within: continue
      case .shipped(let file):
        guard FileManager.default.fileExists(atPath: "\(installation.shippedModels)/\(file)") else {
          throw missing(name, "\(installation.modelScript) digits")
        }
      case .built(let file, let script):
        guard !FileManager.default.fileExists(atPath: "\(installation.builtModels)/\(file)") else { continue }
        progress.stage("building the model \(name) once: Scripts/models \(script)")
        do {
          try await shell.require(
            Command(installation.modelScript, [script], environment: ["RUN_EXP_CACHE": installation.cache]),
            deadline: .now + ModelStore.buildTime)
        } catch let error as ShellError {
          throw missing(name, "\(installation.modelScript) --install \(script)", why: error.description)
        }
      }
    }
  }

  private func missing(_ name: String, _ command: String, why: String? = nil) -> Failure {
    Failure(
      exitCode: .infrastructure,
      (why.map { $0 + "\n" } ?? "") + "the model \(name) is missing; make it with: \(command)")
  }
}
