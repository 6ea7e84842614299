import Foundation

/// An image that has to be there, and of what it has to be made.
public struct ImageRequirement: Hashable, Sendable {
  /// `run_exp-worker:latest`.
  public var name: String
  /// Files of this machine of which the image has to hold copies. An image says what it holds in labels: the SHA-256 of
  /// the file `worker` in `run_exp.sha256.worker`.
  public var files: [String]

  /// What its label `run_exp.image` has to say; nil: anything.
  public var content: String?

  public init(_ name: String, files: [String] = [], content: String? = nil) {
    self.name = name
    self.files = files
    self.content = content
  }

  static func label(of file: String) -> String { "run_exp.sha256.\(URL(fileURLWithPath: file).lastPathComponent)" }

  /// What an image with `labels` is not, or holds another version of; nil if it is current.
  /// - Throws: `SystemCall` if one of `files` cannot be read.
  func problem(labels: [String: String]) throws -> ImageProblem? {
    if let content, labels["run_exp.image"] != content { return .foreign(content: content) }
    let stale = try files.first { file in
      guard let bytes = FileManager.default.contents(atPath: file) else {
        throw SystemCall(call: "read \(file)", code: ENOENT)
      }
      return try labels[ImageRequirement.label(of: file)] != SHA256.hex([UInt8](bytes))
    }
    return stale.map { .stale(file: $0) }
  }
}
