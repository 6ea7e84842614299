/// How redundancy is spent (ParM's `redundancy_modes`).
public enum RedundancyMode: String, Codable, CaseIterable, Sendable {
  /// `num_models` instances of the base model.
  case none
  /// `num_models + num_models/k` instances of the base model.
  case equal
  /// `num_models/k` instances of a parity model for each parity, beside `num_models` of the base model.
  case coded
  /// `num_models/k` instances of an approximate model; every query also goes to one of them.
  case cheap
  /// `num_models + num_models/k` instances of the base model; every query goes to two of them, and the first reply wins.
  case replicated
  /// The same instances; a query goes to a second one once it is older than the running 95th percentile.
  case hedged

  /// Whether the redundant instances run the base model too, and serve from its queue.
  public var sharesBaseModel: Bool {
    switch self {
    case .equal, .replicated, .hedged: true
    case .none, .coded, .cheap: false
    }
  }

  /// The pools that queries are served by, base first.
  /// - Parameter parities: of a coding group.
  public func pools(parities: Int) -> [Pool] {
    switch self {
    case .none, .equal, .replicated, .hedged: [.base]
    case .coded: [.base] + (0..<parities).map { .parity($0) }
    case .cheap: [.base, .approximate]
    }
  }
}
