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
}
