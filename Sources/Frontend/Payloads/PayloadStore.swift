import NIOCore
import Serving

/// Inputs, parity queries and outputs by the ids that the policy speaks of; freed when it releases them.
struct PayloadStore {
  private let settings: CodedPolicy.Settings
  let code: any ErasureCode
  var queries = Window<QueryPayload>()
  var groups = Window<GroupPayload>()
  var recycler = BufferRecycler()
  /// Of an output of the base model; nil until there is one.
  private(set) var output_bytes: Int?

  init(_ settings: Settings) {
    self.settings = settings.policy
    code = settings.erasureCode
  }

  /// Stores the input of the next query.
  mutating func add(_ input: ByteBuffer) -> QueryID {
    QueryID(queries.append(QueryPayload(input: input)))
  }

  func input(of query: QueryID) -> ByteBuffer? { queries[query.number]?.input }

  /// Stores the decoded image of the query; nothing happens if it has been released meanwhile.
  mutating func store(decoded: ByteBuffer, of query: QueryID) { queries[query.number]?.decoded = decoded }

  mutating func store(own output: ByteBuffer, of query: QueryID) {
    queries[query.number]?.own = output
    output_bytes = output_bytes ?? output.readableBytes
  }

  mutating func store(twin output: ByteBuffer, of query: QueryID) { queries[query.number]?.twin = output }

  /// The output that answers the query, from the instance of `source`.
  func output(of query: QueryID, _ source: AnswerSource) -> ByteBuffer? {
    switch source {
    case .approximate, .copy: queries[query.number]?.twin
    default: queries[query.number]?.own
    }
  }

  mutating func release(_ query: QueryID) {
    if let decoded = queries[query.number]?.decoded { recycler.give(decoded) }
    queries.remove(query.number)
  }

  /// The parity query as a worker gets it.
  func parityInput(_ group: GroupID, position: Int, parity: Int) -> ByteBuffer {
    groups[group.number]?[position: position, parity: parity].input ?? ByteBuffer()
  }

  mutating func store(parityOutput output: ByteBuffer, _ group: GroupID, position: Int, parity: Int) {
    groups[group.number]?[position: position, parity: parity].output = output
  }

  /// Makes room for a group that the policy has opened; groups are numbered from 0.
  mutating func open(_ group: GroupID) {
    while groups.end <= group.number {
      groups.append(GroupPayload(positions: settings.batchSize, parities: settings.parities))
    }
  }

  mutating func release(_ group: GroupID) {
    guard let payload = groups[group.number] else { return }
    groups.remove(group.number)
    for parityQuery in payload.parityQueries { recycler.give(parityQuery.input) }
  }
}
