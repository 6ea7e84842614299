/// The codes by their names in an experiment: how the inputs of a group become its parity queries.
public enum CodeKind: String, Codable, CaseIterable, Sendable {
  /// Added up, with weights.
  case sum
  /// Made smaller and put side by side.
  case concatenation

  /// - Parameter shape: of one input, without the batch.
  /// - Precondition: `concatenation` has room for k tiles in it.
  public func code(k: Int, parities: Int, shape: [Int]) -> any ErasureCode {
    switch self {
    case .sum: SumCode(k: k, parities: parities)
    case .concatenation: ConcatenationCode(k: k, parities: parities, shape: shape)
    }
  }
}
