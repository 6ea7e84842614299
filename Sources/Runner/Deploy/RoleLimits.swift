import ArgumentParser
import CloudUtil

/// One `--limits role:cpus=0.5,memory=512M,cores=0-1`: what each component of a role may use at most.
struct RoleLimits: Equatable, Sendable, ExpressibleByArgument, CustomStringConvertible {
  static let roles = Packaging.programs + [Packaging.redis]
  static let rule =
    "role:cpus=0.5,memory=512M,cores=0-1, of which one is enough; roles: \(roles.joined(separator: ", "))"

  var role: String
  var limits: Limits
  /// As it was given.
  var description: String

  init?(argument: String) {
    description = argument
    let parts = argument.split(separator: ":", maxSplits: 1)
    guard parts.count == 2, RoleLimits.roles.contains(String(parts[0])) else { return nil }
    role = String(parts[0])
    limits = Limits()
    // A list of cores has commas as well: `cores=0-1,3`.
    var key = Substring()
    for word in parts[1].split(separator: ",", omittingEmptySubsequences: false) {
      let pair = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let value = pair.count == 2 ? pair[1] : word
      if pair.count == 2 { key = pair[0] }
      guard take(key, value, isFirst: pair.count == 2) else { return nil }
    }
  }

  private mutating func take(_ key: Substring, _ value: Substring, isFirst: Bool) -> Bool {
    switch key {
    case "cpus" where isFirst && limits.cpus == nil:
      guard let cpus = Double(value), cpus >= 0.01, cpus <= 10_000 else { return false }
      limits.cpus = cpus
    case "memory" where isFirst && limits.memory_bytes == nil:
      guard let bytes = RoleLimits.bytes(value) else { return false }
      limits.memory_bytes = bytes
    case "cores":
      guard let cores = RoleLimits.cores(value) else { return false }
      limits.cores = (limits.cores ?? []).union(cores)
    default: return false
    }
    return true
  }

  /// `512M`, `2G`: powers of 1024.
  private static func bytes(_ text: Substring) -> Int64? {
    let shifts: [Character: Int64] = ["K": 10, "M": 20, "G": 30]
    guard let unit = text.last, let shift = shifts[unit], let count = Int64(text.dropLast()), 1...1_000_000_000 ~= count
    else { return nil }
    return count << shift
  }

  /// `0`, `0-3`.
  private static func cores(_ text: Substring) -> ClosedRange<Int>? {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
    guard let first = ends.first, let last = ends.last, ends.count <= 2, 0 <= first, first <= last, last < 10_000 else {
      return nil
    }
    return first...last
  }
}
