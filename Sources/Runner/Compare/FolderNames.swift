/// Short names of folders that are looked at side by side.
enum FolderNames {
  /// Each folder's path without what all begin and end with: `mode_equal` of `r/mode_equal/it_0` and `r/mode_coded/it_0`.
  static func apart(_ folders: [String]) -> [String] {
    let paths = folders.map { $0.split(separator: "/").map(String.init) }
    let shortest = paths.map(\.count).min() ?? 0
    func shared(_ level: ([String]) -> String) -> Bool { Set(paths.map(level)).count == 1 }
    var first = 0
    while first < shortest, shared({ $0[first] }) { first += 1 }
    var last = 0
    while first + last < shortest, shared({ $0[$0.count - 1 - last] }) { last += 1 }
    let names = paths.map { $0.dropFirst(first).dropLast(last).joined(separator: "/") }
    return names.contains("") ? folders : names
  }
}
