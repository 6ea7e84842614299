import Foundation

/// What a launch has asked for, on this machine's disk before it is asked: after a crash the same calls are made again, by
/// the same client tokens, so that what they had made is found and nothing is made twice. One JSON object a line.
struct LaunchJournal: Sendable {
  let path: String

  struct Entry: Codable, Equatable {
    /// Of the cluster: entries of another are of no use.
    var generation: String
    var token: String
    var call: LaunchCall
    /// nil before the call; then the ids of what it made, or why it was refused.
    var answer: String?
  }

  /// - Parameter folder: the cluster's own; it is made.
  init(folder: String) throws {
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    path = "\(folder)/launches.jsonl"
  }

  /// The calls of `generation` whose answer is not known. A line that was being written when its writer died says nothing:
  /// its call had not been made.
  func unanswered(in generation: String) -> [LaunchCall] {
    var open: [(token: String, call: LaunchCall)] = []
    for entry in entries(of: generation) {
      open.removeAll { $0.token == entry.token }
      if entry.answer == nil { open.append((entry.token, entry.call)) }
    }
    return open.map(\.call)
  }

  /// The ids of everything that launches of `generation` are known to have made; nil if none was written down here.
  func made(in generation: String) -> Set<String>? {
    let entries = entries(of: generation)
    return entries.isEmpty
      ? nil
      : Set(
        entries.compactMap(\.answer).flatMap { $0.split(separator: " ").map(String.init) }.filter { $0.hasPrefix("i-") }
      )
  }

  private func entries(of generation: String) -> [Entry] {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [] }
    let decoder = JSONDecoder()
    return text.split(separator: "\n").compactMap { line in
      guard let entry = try? decoder.decode(Entry.self, from: Data(line.utf8)), entry.generation == generation else {
        return nil
      }
      return entry
    }
  }

  /// Writes `entry` and returns when it is on the disk.
  /// - Throws: `SystemCall`.
  func append(_ entry: Entry) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var line = try encoder.encode(entry)
    line.append(UInt8(ascii: "\n"))
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SystemCall(call: "open \(path)", code: errno) }
    defer { close(descriptor) }
    // A line that a crash cut short must not swallow this one.
    let end = lseek(descriptor, 0, SEEK_END)
    if end > 0, lastByte(before: end) != UInt8(ascii: "\n") { line.insert(UInt8(ascii: "\n"), at: 0) }
    let written = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    guard written == line.count, fsync(descriptor) == 0 else {
      throw SystemCall(call: "write \(path)", code: written < 0 ? errno : ENOSPC)
    }
  }

  private func lastByte(before end: off_t) -> UInt8? {
    guard let file = FileHandle(forReadingAtPath: path) else { return nil }
    defer { try? file.close() }
    try? file.seek(toOffset: UInt64(end - 1))
    return (try? file.read(upToCount: 1))?.first
  }
}
