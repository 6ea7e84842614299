import CloudUtil
import Foundation

/// The hosts of a cluster as the run on the frontend's host reaches them; written there by `launch`.
struct Inventory: Codable, Equatable, Sendable {
  struct Entry: Codable, Equatable, Sendable {
    var name: String
    /// Where the other hosts reach it.
    var address: String
    var user: String
    var port: Int
  }

  var cluster: String
  /// The name of the frontend's host, on which the run is.
  var frontend: String
  /// By role.
  var hosts: [String: [Entry]]
  /// What the run does when a host does not answer any more.
  var on_host_loss: HostLoss
  /// The commit that was launched, since the tree on the host is no repository.
  var git: Provenance.Git?

  enum HostLoss: String, Codable, CaseIterable, Sendable {
    /// The trial fails, and with it the run.
    case stop
    /// The trial is measured again on the hosts that are left, and so are those after it.
    case goOn = "go_on"
  }

  /// - Throws: `Failure` (infrastructure) if it cannot be read.
  static func read(from path: String) throws -> Inventory {
    do {
      return try JSONDecoder().decode(Inventory.self, from: Data(contentsOf: URL(filePath: path)))
    } catch {
      throw Failure(exitCode: .infrastructure, "\(path): cannot be read as the hosts of a cluster: \(error)")
    }
  }

  var text: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
  }

  /// Every host but the frontend's, once.
  var others: [Entry] {
    Dictionary(hosts.values.joined().map { ($0.name, $0) }) { first, _ in first }.values
      .filter { $0.name != frontend }.sorted { $0.name < $1.name }
  }
}
