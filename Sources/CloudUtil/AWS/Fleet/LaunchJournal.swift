import Foundation

/// What a launch has asked for, on this machine's disk before it is asked: after a crash the same calls are made again, by
/// the same client tokens, so that what they had made is found and nothing is made twice. One JSON object a line.
struct LaunchJournal: Sendable {
  let path: String

  struct Entry: Codable, Equatable, Sendable {
    /// Of the cluster: entries of another are of no use.
    var generation: String
    var token: String
    var call: LaunchCall
    /// The process that makes the call, as `RunOwner`.
    var holder: String
    /// nil before the call; then the ids of what it made, or why it was refused.
    var answer: String?
  }

  /// - Parameter folder: the cluster's own; it is made.
  init(folder: String) throws {
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    path = LaunchJournal.path(in: folder)
  }

  fileprivate static func path(in folder: String) -> String { "\(folder)/launches.jsonl" }

  /// Those of `generation`, the earliest first; none if nothing was ever written. A line that was being written when its
  /// writer died says nothing: its call had not been made, or is not known to have been answered.
  /// - Throws: if the journal is there and cannot be read.
  func entries(of generation: String) throws -> [Entry] {
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    let decoder = JSONDecoder()
    // Bytes, not text: a line that was cut may end within a character.
    return try Data(contentsOf: URL(fileURLWithPath: path)).split(separator: UInt8(ascii: "\n")).compactMap { line in
      guard let entry = try? decoder.decode(Entry.self, from: line), entry.generation == generation else { return nil }
      return entry
    }
  }

  /// The calls whose answer is not known.
  static func unanswered(_ entries: [Entry]) -> [Entry] {
    var open: [Entry] = []
    for entry in entries {
      open.removeAll { $0.token == entry.token }
      if entry.answer == nil { open.append(entry) }
    }
    return open
  }

  /// The ids of everything that is known to have been made.
  static func made(_ entries: [Entry]) -> Set<String> {
    Set(
      entries.compactMap(\.answer).flatMap { $0.split(separator: " ").map(String.init) }.filter { $0.hasPrefix("i-") })
  }

  /// Writes `entry` and returns when it is on the disk.
  /// - Throws: `SystemCall`.
  func append(_ entry: Entry) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var line = try encoder.encode(entry)
    line.append(UInt8(ascii: "\n"))
    let descriptor = try SystemCall.check("open \(path)", open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600))
    defer { close(descriptor) }
    let end = lseek(descriptor, 0, SEEK_END)
    // A line that a crash cut short must not swallow this one.
    if end > 0, lastByte(descriptor, before: end) != UInt8(ascii: "\n") { line.insert(UInt8(ascii: "\n"), at: 0) }
    let written = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    guard written == line.count else {
      throw SystemCall(call: "write \(path)", code: written < 0 ? errno : ENOSPC)
    }
    _ = try SystemCall.check("fsync \(path)", fsync(descriptor))
    // A file of which its folder knows nothing is not on the disk.
    if end == 0 { try syncFolder() }
  }

  private func syncFolder() throws {
    let folder = (path as NSString).deletingLastPathComponent
    let descriptor = try SystemCall.check("open \(folder)", open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
    defer { close(descriptor) }
    _ = try SystemCall.check("fsync \(folder)", fsync(descriptor))
  }

  private func lastByte(_ descriptor: Int32, before end: off_t) -> UInt8? {
    var byte: UInt8 = 0
    return pread(descriptor, &byte, 1, end - 1) == 1 ? byte : nil
  }
}

extension EC2Provider {
  /// Whether a launch with `folder` as its cluster's own has ever asked for machines.
  public static func hasAskedForMachines(from folder: String) -> Bool {
    FileManager.default.fileExists(atPath: LaunchJournal.path(in: folder))
  }
}
