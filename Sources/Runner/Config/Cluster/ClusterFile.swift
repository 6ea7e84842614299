import CloudUtil
import Foundation

/// Where an experiment runs: what `run/cluster.yml` says.
enum ClusterFile: Codable, Equatable, Sendable {
  /// Machines are made, and given back.
  case ec2(EC2Settings)
  /// Machines that are there already, reached by ssh.
  case `static`(StaticSettings)

  enum Provider: String, CaseIterable, Codable { case ec2, `static` }

  var provider: Provider {
    switch self {
    case .ec2: .ec2
    case .static: .static
    }
  }

  /// Relative to the current folder and to the installation.
  static let defaultPath = "run/cluster.yml"

  /// The file that holds: the one asked for, else that of the current folder, else that which ships.
  static func path(
    option: String?, installation: Installation, currentFolder: String = FileManager.default.currentDirectoryPath
  ) -> String {
    if let option { return option }
    let own = "\(currentFolder)/\(defaultPath)"
    // The user knows the file by its short name, and errors say it.
    return FileManager.default.fileExists(atPath: own) ? defaultPath : "\(installation.root)/\(defaultPath)"
  }

  /// - Parameter environment: `PARM_SSH_KEY` names a private key that holds over `key`; `HOME` is what `~/` stands for.
  /// - Throws: `InvalidClusterFile` with everything that is wrong: the file, its YAML, its keys.
  static func load(path: String, environment: [String: String]) throws(InvalidClusterFile) -> ClusterFile {
    try ClusterReader.read(try InputFile<ClusterFile>(path: path).yaml(), environment: environment)
  }
}

typealias InvalidClusterFile = Invalid<ClusterFile>

extension ClusterFile: UserInput {
  static var title: String { "the cluster file" }
  static var kind: String { "a cluster file" }
  static var example: String { defaultPath }
}

// MARK: As JSON: one object, the provider and its keys

extension ClusterFile {
  private enum CodingKeys: String, CodingKey { case provider }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    switch try container.decode(Provider.self, forKey: .provider) {
    case .ec2: self = .ec2(try EC2Settings(from: decoder))
    case .static: self = .static(try StaticSettings(from: decoder))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(provider, forKey: .provider)
    switch self {
    case .ec2(let settings): try settings.encode(to: encoder)
    case .static(let settings): try settings.encode(to: encoder)
    }
  }
}
