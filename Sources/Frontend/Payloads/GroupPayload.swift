import NIOCore
import Serving

/// What the frontend holds of one coding group until its release: parity queries and their outputs.
struct GroupPayload {
  /// One parity query: the code over the inputs that the batches have at one position. Tensors are little-endian float32.
  struct ParityQuery {
    var input = ByteBuffer()
    var additions = 0
    /// When the first addition began, and the time of all.
    var started = Instant(nanoseconds: 0)
    var duration = Duration.zero
    var output: ByteBuffer?
  }

  private(set) var parityQueries: [ParityQuery]
  private let parities: Int

  init(positions: Int, parities: Int) {
    self.parities = parities
    parityQueries = Array(repeating: ParityQuery(), count: positions * parities)
  }

  /// The parity query of parity model `parity` at `position` of the batches.
  subscript(position position: Int, parity parity: Int) -> ParityQuery {
    get { parityQueries[position * parities + parity] }
    _modify { yield &parityQueries[position * parities + parity] }
  }

  /// Adds the input of the query at `seat` to the parity query of parity model `parity`.
  mutating func add(
    _ floats: ByteBuffer, at seat: CodedPolicy.Seat, parity: Int, with code: any ErasureCode,
    recycler: inout BufferRecycler, now: () -> Instant
  ) {
    self[position: seat.position, parity: parity].add(
      floats, member: seat.member, parity: parity, with: code, recycler: &recycler, now: now)
  }

  /// The row of the parity query at `seat`'s position if all k inputs are in it.
  func completed(at seat: CodedPolicy.Seat, parity: Int, k: Int) -> CodeRecord? {
    let parityQuery = self[position: seat.position, parity: parity]
    guard parityQuery.additions == k else { return nil }
    return CodeRecord(
      group: seat.group, kind: .encode, started: parityQuery.started, duration: parityQuery.duration)
  }
}

extension GroupPayload.ParityQuery {
  fileprivate mutating func add(
    _ floats: ByteBuffer, member: Int, parity: Int, with code: any ErasureCode, recycler: inout BufferRecycler,
    now: () -> Instant
  ) {
    let began = now()
    if additions == 0 {
      started = began
      input = recycler.take()
      input.resetToZeros(count: floats.floatCount)
    }
    input.withMutableFloats { sum in
      floats.withFloats { code.add($0, member: member, parity: parity, into: sum) }
    }
    additions += 1
    duration += now() - began
  }
}
