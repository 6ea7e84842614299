import Control

/// Whom a fault strikes, as an experiment names it.
enum FaultTarget: Hashable, Sendable {
  /// `worker/3`, `parity/0`, `approximate/12`, `client/0`.
  case numbered(role: Role, number: Int)
  case redis
  case frontend
  /// An instance of the base model, drawn from the seed of the trial.
  case random

  enum Role: String, CaseIterable, Sendable {
    case worker, parity, approximate, client

    /// Whether it runs a model.
    var isInstance: Bool { self != .client }
  }

  static let rule =
    (Role.allCases.map { "\($0.rawValue)/<n>" } + ["redis", "frontend", "random"]).joined(separator: ", ")

  /// - Returns: nil if `text` is no target.
  init?(_ text: String) {
    switch text {
    case "redis": self = .redis
    case "frontend": self = .frontend
    case "random": self = .random
    default:
      let parts = text.split(separator: "/", omittingEmptySubsequences: false)
      guard parts.count == 2, let role = Role(rawValue: String(parts[0])), let number = Int(parts[1]),
        "\(number)" == parts[1], number >= 0
      else { return nil }
      self = .numbered(role: role, number: number)
    }
  }

  /// Whether it runs a model.
  var isInstance: Bool {
    switch self {
    case .numbered(let role, _): role.isInstance
    case .random: true
    case .redis, .frontend: false
    }
  }
}

extension FaultTarget: CustomStringConvertible {
  var description: String {
    switch self {
    case .numbered(let role, let number): "\(role.rawValue)/\(number)"
    case .redis: "redis"
    case .frontend: "frontend"
    case .random: "random"
    }
  }
}

extension FaultTarget: Codable {
  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let target = FaultTarget(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "no target: \(text)")
    }
    self = target
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension Trial {
  /// The component that `target` names in this trial; nil if it has none. Of `random`, which is drawn, nil as well.
  ///
  /// Instances are known by the numbers that logs give them, which go on from the base instances to the redundant ones. A
  /// redundant one may also be counted among its like: below `num_models`, `parity/0` is the first parity instance.
  func component(_ target: FaultTarget) -> Component? {
    switch target {
    case .random: return nil
    case .redis: return .redis
    case .frontend: return .frontend
    case .numbered(.client, let number):
      return number < numClients ? Component(role: FaultTarget.Role.client.rawValue, number) : nil
    case .numbered(let role, let number):
      let numbers = numbers(of: role)
      if numbers.contains(number) { return Component(role: role.rawValue, number) }
      guard role != .worker, number < numModels, number < numbers.count else { return nil }
      return Component(role: role.rawValue, numbers.lowerBound + number)
    }
  }

  /// The numbers of the instances of a role.
  func numbers(of role: FaultTarget.Role) -> Range<Int> {
    let base = mode.sharesBaseModel ? numModels + redundantInstances : numModels
    switch role {
    case .worker: return 0..<base
    case .parity: return mode == .coded ? base..<base + redundantInstances : 0..<0
    case .approximate: return mode == .cheap ? base..<base + redundantInstances : 0..<0
    case .client: return 0..<numClients
    }
  }
}
