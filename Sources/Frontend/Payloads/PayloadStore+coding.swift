import NIOCore
import Serving

extension PayloadStore {
  /// Adds the query's input to the parity queries at its position.
  /// - Parameter completed: takes the row of each parity query that this completes.
  mutating func encode(
    _ query: QueryID, _ seat: CodedPolicy.Seat, now: () -> Instant, completed: (CodeRecord) -> Void
  ) {
    open(seat.group)
    let code = code
    guard var floats = queries[query.number]?.decoded ?? queries[query.number]?.input else { return }
    queries[query.number]?.decoded = nil
    if !floats.areFloatsAligned { floats = ByteBuffer(bytes: floats.readableBytesView) }
    for parity in 0..<code.parities {
      groups[seat.group.number]?.add(floats, at: seat, parity: parity, with: code, recycler: &recycler, now: now)
      if let row = groups[seat.group.number]?.completed(at: seat, parity: parity, k: code.k) { completed(row) }
    }
  }

  /// Reconstructs the output of the query at `seat` from the other outputs in hand at its position.
  /// - Parameter query: who sits at the position in a batch.
  /// - Throws: `CodingError` if they do not determine it or differ in size.
  func decode(
    _ seat: CodedPolicy.Seat, query: (_ member: Int) -> QueryID?, now: () -> Instant
  ) throws(CodingError) -> (output: ByteBuffer, code: CodeRecord) {
    // All tensors in a row, aligned: outputs are slices of frames and begin anywhere.
    var tensors = ByteBuffer()
    var missing: [Int] = []
    var members = [Range<Int>](repeating: 0..<0, count: code.k)
    for member in 0..<code.k {
      if member != seat.member, let output = query(member).flatMap({ queries[$0.number]?.own }) {
        members[member] = tensors.appendTensor(output)
      } else {
        missing.append(member)
      }
    }
    var parities: [(index: Int, range: Range<Int>)] = []
    for parity in 0..<code.parities {
      guard let output = groups[seat.group.number]?[position: seat.position, parity: parity].output else { continue }
      parities.append((parity, tensors.appendTensor(output)))
    }

    var result = ByteBuffer()
    result.resetToZeros(count: parities.first?.range.count ?? 0)
    let started = now()
    try tensors.withFloats { floats throws(CodingError) in
      let parities = parities.map { (index: $0.index, output: UnsafeBufferPointer(rebasing: floats[$0.range])) }
      var failure: CodingError?
      result.withMutableFloats { result in
        do throws(CodingError) {
          try code.decode(
            missing: missing, member: seat.member, parities: parities,
            outputs: { UnsafeBufferPointer(rebasing: floats[members[$0]]) }, into: result)
        } catch {
          failure = error
        }
      }
      if let failure { throw failure }
    }
    return (result, CodeRecord(group: seat.group, kind: .decode, started: started, duration: now() - started))
  }
}

extension ByteBuffer {
  /// Appends the float32 of another buffer.
  /// - Returns: where they are, counted in floats.
  fileprivate mutating func appendTensor(_ other: ByteBuffer) -> Range<Int> {
    let start = floatCount
    writeImmutableBuffer(other)
    return start..<floatCount
  }
}
