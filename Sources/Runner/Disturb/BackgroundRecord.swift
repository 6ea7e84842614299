import Foundation

/// `background.json`: whether a trial's background load was there all the time.
struct BackgroundRecord: Codable, Equatable, Sendable {
  static let name = "background.json"

  /// A sentence each; the trial's verdict is INVALID if there is one.
  var problems: [String]

  func write(to folder: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try (encoder.encode(self) + Data("\n".utf8)).write(to: folder.appending(path: BackgroundRecord.name))
  }
}
