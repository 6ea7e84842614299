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

  /// Reads the file that holds.
  /// - Parameter mayBeAbsent: for verbs about clusters that are there already, which need no more than a region and
  ///   credentials: if no file was asked for and there is none, machines of EC2 with every key at its default.
  /// - Returns: what it says, and its path.
  static func load(
    option: String?, installation: Installation, mayBeAbsent: Bool, environment: [String: String],
    currentFolder: String = FileManager.default.currentDirectoryPath
  ) throws(InvalidClusterFile) -> (file: ClusterFile, path: String) {
    let path = path(option: option, installation: installation, currentFolder: currentFolder)
    guard mayBeAbsent, option == nil, !FileManager.default.fileExists(atPath: path) else {
      return (try load(path: path, environment: environment), path)
    }
    let origin = Origin(source: path)
    let provider = JSONNode(value: .string(Provider.ec2.rawValue), origin: origin)
    let member = JSONNode.Member(key: ClusterKey.provider.rawValue, keyOrigin: origin, node: provider)
    let root = JSONNode(value: .object([member]), origin: origin)
    return (try ClusterReader.read(root, environment: environment), path)
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
