import CloudUtil
import Foundation

/// The libraries that programs are linked with. Pure.
enum LinkedLibraries {
  static func list(_ programs: [String]) -> Command { Command("ldd", programs) }

  /// Those that no package of the system has, such as Swift's own: they go where the programs go, which look beside
  /// themselves.
  /// - Parameter text: what `list` prints.
  /// - Returns: their names by the folders that they are in, each once.
  static func carried(_ text: String) -> [(folder: String, names: [String])] {
    let paths = text.split(separator: "\n").compactMap { line -> String? in
      // `	libswiftCore.so => /opt/swift/usr/lib/swift/linux/libswiftCore.so (0x00007f…)`
      let words = line.split(separator: " ")
      guard words.count >= 3, words[1] == "=>", words[2].hasPrefix("/") else { return nil }
      return String(words[2])
    }
    let own = Set(paths.filter { path in !["/lib", "/usr/lib"].contains { path.hasPrefix($0) } })
    return Dictionary(grouping: own) { ($0 as NSString).deletingLastPathComponent }
      .map { ($0, $1.map { ($0 as NSString).lastPathComponent }.sorted()) }.sorted { $0.0 < $1.0 }
  }
}
