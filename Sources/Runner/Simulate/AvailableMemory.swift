import Foundation

/// The memory that this process can still have: what the machine has left, or less where a control group limits it, as in
/// a container.
struct AvailableMemory {
  /// Of the file system in which `proc` and `sys` are.
  var root = "/"

  /// In bytes; all of the machine's memory where the kernel does not say.
  var bytes: Int {
    ([machine_bytes ?? Int(ProcessInfo.processInfo.physicalMemory)] + groups_bytes).min() ?? 0
  }

  /// What the kernel says could be had without making others swap.
  private var machine_bytes: Int? {
    number("proc/meminfo", key: "MemAvailable:").map { $0 * 1024 }
  }

  /// What each memory control group that this process is in leaves it: its own, and those above. Without a limit a group
  /// is not among them.
  private var groups_bytes: [Int] {
    let lines = text("proc/self/cgroup")?.split(separator: "\n") ?? []
    return lines.flatMap { line -> [Int] in
      // `0::/path` of cgroup v2, `9:memory:/path` of v1.
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { return [] }
      let folders = Self.withParents(fields[2])
      if fields[0] == "0", fields[1].isEmpty {
        return folders.compactMap {
          left_bytes("sys/fs/cgroup\($0)", limit: "memory.max", used: "memory.current", cache: "inactive_file")
        }
      }
      guard fields[1].split(separator: ",").contains("memory") else { return [] }
      return folders.compactMap {
        left_bytes(
          "sys/fs/cgroup/memory\($0)", limit: "memory.limit_in_bytes", used: "memory.usage_in_bytes",
          cache: "total_inactive_file")
      }
    }
  }

  /// `/a/b`, `/a` and nothing, which is the uppermost group that is to be seen from here.
  private static func withParents(_ path: Substring) -> [String] {
    let names = path.split(separator: "/")
    return (0...names.count).map { count in names.prefix(count).map { "/\($0)" }.joined() }
  }

  /// What a group has left: files that nobody uses now are dropped when memory is short. Nil without a limit.
  private func left_bytes(_ folder: String, limit: String, used: String, cache: String) -> Int? {
    guard let limit = number("\(folder)/\(limit)"), let used = number("\(folder)/\(used)") else { return nil }
    return max(0, limit - used + (number("\(folder)/memory.stat", key: cache) ?? 0))
  }

  /// The number in a file, or that after `key` at the start of one of its lines.
  private func number(_ path: String, key: String? = nil) -> Int? {
    guard let text = text(path) else { return nil }
    let lines = text.split(separator: "\n").map { $0.split(whereSeparator: \.isWhitespace) }
    guard let key else { return lines.first?.first.flatMap { Int($0) } }
    return lines.first { $0.first.map(String.init) == key }?.dropFirst().first.flatMap { Int($0) }
  }

  private func text(_ path: String) -> String? {
    try? String(contentsOfFile: root + path, encoding: .utf8)
  }
}
