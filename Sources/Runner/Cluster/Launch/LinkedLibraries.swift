import CloudUtil
import Foundation

/// The libraries that programs are linked with. Pure.
enum LinkedLibraries {
  /// Those of a folder.
  struct Group: Equatable, Sendable {
    var folder: String
    var names: [String]
  }

  static func list(_ programs: [String]) -> Command { Command("ldd", programs) }

  /// Those that no package of the system has, such as Swift's own: they go where the programs go, which look beside
  /// themselves.
  /// - Parameter text: what `list` prints.
  /// - Returns: by the folders that they are in, each once.
  static func carried(_ text: String) -> [Group] {
    grouped(paths(text).values.filter { path in !["/lib", "/usr/lib"].contains { path.hasPrefix($0) } })
  }

  /// Those that another machine lacks and this one has: another release of Debian or Ubuntu has some under another name.
  /// - Parameters:
  ///   - there: what `list` prints there.
  ///   - here: what it prints here, of the same programs.
  static func lacking(_ there: String, from here: String) -> [Group] {
    let lacking = there.split(separator: "\n").compactMap { line -> Substring? in
      // `	libhiredis.so.0.14 => not found`
      line.hasSuffix("=> not found") ? line.split(separator: " ").first?.drop(while: \.isWhitespace) : nil
    }
    let paths = paths(here)
    return grouped(lacking.compactMap { paths[String($0)] })
  }

  /// By name: where each was found.
  private static func paths(_ text: String) -> [String: String] {
    let pairs = text.split(separator: "\n").compactMap { line -> (String, String)? in
      // `	libswiftCore.so => /opt/swift/usr/lib/swift/linux/libswiftCore.so (0x00007f…)`
      let words = line.split(separator: " ")
      guard words.count >= 3, words[1] == "=>", words[2].hasPrefix("/") else { return nil }
      return (String(words[0].drop(while: \.isWhitespace)), String(words[2]))
    }
    return Dictionary(pairs) { first, _ in first }
  }

  private static func grouped(_ paths: [String]) -> [Group] {
    Dictionary(grouping: Set(paths)) { ($0 as NSString).deletingLastPathComponent }
      .map { Group(folder: $0, names: $1.map { ($0 as NSString).lastPathComponent }.sorted()) }
      .sorted { $0.folder < $1.folder }
  }
}
