/// Arrays of float32 that are used again: an image is 600 KB, and fresh memory of that size costs more than filling it.
struct FloatRecycler {
  private var free: [[Float]] = []
  private let limit: Int

  init(limit: Int = 64) { self.limit = limit }

  /// An array to fill; what is in it has no meaning.
  mutating func take() -> [Float] { free.popLast() ?? [] }

  mutating func give(_ array: consuming [Float]) {
    if free.count < limit, array.capacity > 0 { free.append(array) }
  }
}
