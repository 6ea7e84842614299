/// A parity query is a grid of tiles, each a member's input made smaller; it has the shape of one input.
///
/// The grid has ceil(sqrt k) columns and as many rows as are needed. A pixel of a tile is the mean of the pixels that it
/// stands for; what no tile covers is 0. Every parity has the same query: parity model j is trained to give the sum of
/// the members' outputs with the weights of `SumCode`, so decoding is the same.
/// Source: J. Kosaian, K. V. Rashmi, S. Venkataraman, "Parity Models", SOSP 2019, section 4.2.
public struct ConcatenationCode: ErasureCode {
  public let k: Int
  public let parities: Int
  private let planes: Int
  private let height: Int
  private let width: Int
  private let columns: Int
  private let rows: Int
  private let sum: SumCode

  /// - Parameter shape: of one input, without the batch. Its last two dimensions are height and width; with one
  ///   dimension, the height is 1 and the tiles stand side by side.
  /// - Precondition: tiles are at least one pixel high and wide.
  public init(k: Int, parities: Int = 1, shape: [Int]) {
    self.k = k
    self.parities = parities
    (height, width) = ConcatenationCode.size(shape)
    planes = shape.reduce(1, *) / (height * width)
    (rows, columns) = ConcatenationCode.grid(k: k, height: height)
    precondition(ConcatenationCode.fits(k: k, shape: shape), "no room for \(k) tiles in an input of shape \(shape)")
    sum = SumCode(k: k, parities: parities)
  }

  /// Whether an input of this shape has room for a tile of each member.
  public static func fits(k: Int, shape: [Int]) -> Bool {
    let (height, width) = size(shape)
    let (rows, columns) = grid(k: k, height: height)
    return rows <= height && columns <= width
  }

  private static func size(_ shape: [Int]) -> (height: Int, width: Int) {
    (shape.dropLast().last ?? 1, shape.last ?? 1)
  }

  private static func grid(k: Int, height: Int) -> (rows: Int, columns: Int) {
    guard height > 1 else { return (1, k) }
    let columns = Int(Double(k).squareRoot().rounded(.up))
    return ((k + columns - 1) / columns, columns)
  }

  public func add(
    _ input: UnsafeBufferPointer<Float>, member: Int, parity: Int, into query: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(input.count == query.count && input.count == planes * height * width, "an input of another shape")
    let (tileHeight, tileWidth) = (height / rows, width / columns)
    let corner = member / columns * tileHeight * width + member % columns * tileWidth
    for plane in 0..<planes {
      let start = plane * height * width
      for y in 0..<tileHeight {
        let inputRows = span(y, of: tileHeight, in: height)
        for x in 0..<tileWidth {
          let inputColumns = span(x, of: tileWidth, in: width)
          var total: Float = 0
          for row in inputRows {
            for column in inputColumns { total += input[start + row * width + column] }
          }
          query[start + corner + y * width + x] = total / Float(inputRows.count * inputColumns.count)
        }
      }
    }
  }

  /// The pixels that a tile's pixel stands for, along one side.
  private func span(_ position: Int, of tile: Int, in whole: Int) -> Range<Int> {
    let start = position * whole / tile
    return start..<max(start + 1, (position + 1) * whole / tile)
  }

  public func decode(
    missing: [Int], member: Int, parities: [(index: Int, output: UnsafeBufferPointer<Float>)],
    outputs: (Int) -> UnsafeBufferPointer<Float>, into result: UnsafeMutableBufferPointer<Float>
  ) throws(CodingError) {
    try sum.decode(missing: missing, member: member, parities: parities, outputs: outputs, into: result)
  }
}
