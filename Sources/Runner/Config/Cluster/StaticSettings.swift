import CloudUtil

/// Machines that are there already, and how ssh reaches them.
struct StaticSettings: Codable, Equatable, Sendable {
  struct Machine: Codable, Equatable, Sendable {
    /// A name or an IP address; the other machines reach it by the same.
    var address: String
    /// nil: the name of the user who runs run_exp.
    var user: String?
    var port = 22
    /// The path of a private key; nil: those that ssh offers by itself.
    var key: String?
  }

  /// Through which the machines are reached, if not directly.
  struct Jump: Codable, Equatable, Sendable {
    var host: String
    var port = 22
    var user: String?
  }

  var jump: Jump?
  var onHostLoss = Inventory.HostLoss.stop
  /// By the name of the role. A machine may serve several roles; in one role it is there once.
  var hosts: [String: [Machine]] = [:]

  /// In the order of the file; none if the role is not in it.
  subscript(role: Role) -> [Machine] { hosts[role.name] ?? [] }
}
