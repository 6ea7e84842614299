import CloudUtil
import Foundation

/// `exp_files.tar.gz`: a trial's folder as one file to take along, as ParM leaves it.
enum Archive {
  static let name = "exp_files.tar.gz"

  static func write(of folder: URL, shell: any RemoteShell) async throws {
    let aside = folder.deletingLastPathComponent().appending(path: ".\(folder.lastPathComponent).tar.gz")
    do {
      try await shell.require(
        Command("tar", ["-czf", aside.path, "-C", folder.path, "."]), deadline: .now + .seconds(300))
      try FileManager.default.moveItem(at: aside, to: folder.appending(path: name))
    } catch {
      try? FileManager.default.removeItem(at: aside)
      throw error
    }
  }
}
