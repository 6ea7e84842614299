/// How k inputs of a coding group become r parity inputs, and how lost outputs come back from what the models made of them.
///
/// Both work in the caller's memory, without allocation where one output of a group is lost.
public protocol ErasureCode: Sendable {
  /// Members of a group.
  var k: Int { get }
  /// Parities of a group.
  var parities: Int { get }

  /// Adds the input of `member`, 0..<k, to the input of parity `parity`, 0..<r. The parity starts as zeros; once all
  /// members are in, in any order, it is complete.
  /// - Precondition: both have the same count.
  func add(
    _ input: UnsafeBufferPointer<Float>, member: Int, parity: Int, into sum: UnsafeMutableBufferPointer<Float>)

  /// Reconstructs the output of `member`.
  /// - Parameters:
  ///   - missing: the members without an output, `member` among them.
  ///   - parities: outputs of the parity models that are in hand, at least as many as members are missing.
  ///   - outputs: the output of a member that is not missing.
  /// - Throws: `CodingError` if the outputs do not determine the missing one or differ in size.
  func decode(
    missing: [Int], member: Int, parities: [(index: Int, output: UnsafeBufferPointer<Float>)],
    outputs: (Int) -> UnsafeBufferPointer<Float>, into result: UnsafeMutableBufferPointer<Float>
  ) throws(CodingError)
}

/// Why a group cannot be decoded.
public enum CodingError: Error, Equatable, CustomStringConvertible {
  /// More members are missing than parities are in hand.
  case undetermined(missing: Int, parities: Int)
  /// The models' outputs have different sizes.
  case sizesDiffer(Int, Int)

  public var description: String {
    switch self {
    case .undetermined(let missing, let parities): "\(missing) outputs are missing, \(parities) parities are in hand"
    case .sizesDiffer(let a, let b): "outputs of one group have \(a) and \(b) values"
    }
  }
}
