/// What is to happen in virtual time, soonest first; of what happens at the same instant, what was added first.
///
/// A heap of four children a node: entries of 16 bytes, so that the children of a node share a cache line.
struct EventQueue {
  /// What happens, and to whom: the number of a worker or of a fault.
  enum Kind: UInt64 {
    /// A worker's model is done with its job.
    case workEnded
    /// Its outputs are at the frontend.
    case outputs
    /// The frontend sees that its link closed.
    case closed
    /// It may have been silent for too long.
    case silence
    /// It joins.
    case joined
    case fault
    /// A shuffle ends.
    case shuffle
  }

  struct Entry: BitwiseCopyable {
    var time_ns: Int64
    /// The number of the addition, then the kind in 3 bits, then 24 bits of whom.
    var key: UInt64

    var kind: Kind { Kind(rawValue: key >> 24 & 7) ?? .shuffle }
    var index: Int { Int(key & 0xff_ffff) }

    @inline(__always)
    static func < (a: Entry, b: Entry) -> Bool { a.time_ns < b.time_ns || a.time_ns == b.time_ns && a.key < b.key }
  }

  /// Workers and faults that a simulation may have.
  static let maximumIndex = 0xff_ffff

  private var heap: ContiguousArray<Entry> = []
  private var additions: UInt64 = 0

  /// When the next event happens; `Int64.max` if there is none.
  var nextTime_ns: Int64 { heap.isEmpty ? .max : heap[0].time_ns }

  /// - Returns: the key by which the event can be told from all others.
  @discardableResult
  mutating func add(_ kind: Kind, _ index: Int, at time_ns: Int64) -> UInt64 {
    additions += 1
    let entry = Entry(time_ns: time_ns, key: additions << 27 | kind.rawValue << 24 | UInt64(index))
    var hole = heap.count
    heap.append(entry)
    while hole > 0 {
      let parent = (hole - 1) >> 2
      guard entry < heap[parent] else { break }
      heap[hole] = heap[parent]
      hole = parent
    }
    heap[hole] = entry
    return entry.key
  }

  mutating func removeFirst() -> Entry? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    let count = heap.count
    guard count > 0 else { return first }
    var hole = 0
    while true {
      let child = hole << 2 + 1
      guard child < count else { break }
      var least = child
      for other in child + 1..<min(child + 4, count) where heap[other] < heap[least] { least = other }
      guard heap[least] < last else { break }
      heap[hole] = heap[least]
      hole = least
    }
    heap[hole] = last
    return first
  }
}
