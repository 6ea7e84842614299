import Serving

/// The parity models that there are for a built-in model.
enum ParityModels: Equatable, Sendable {
  /// One for every code: of random weights, or a model without weights.
  case any(String)
  /// Each was trained for one code.
  case trained([Trained])

  struct Trained: Equatable, Sendable {
    var name: String
    var encoder: CodeKind
    var k: Int
    /// Which parity of a group, from 0.
    var parity: Int
  }

  /// The model of a parity; nil if none was trained for it.
  func name(encoder: CodeKind, k: Int, parity: Int) -> String? {
    switch self {
    case .any(let name): name
    case .trained(let models):
      models.first { ($0.encoder, $0.k, $0.parity) == (encoder, k, parity) }?.name
    }
  }

  /// For which k all of the first `parities` are there, in words: `2, 3, 4`.
  func known(encoder: CodeKind, parities: Int) -> String {
    guard case .trained(let models) = self else { return "any" }
    let all = Set(models.map(\.k)).filter { k in
      (0..<parities).allSatisfy { name(encoder: encoder, k: k, parity: $0) != nil }
    }
    return all.isEmpty ? "none" : all.sorted().map(String.init).joined(separator: ", ")
  }
}
