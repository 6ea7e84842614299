/// Values by consecutive ids, of which the oldest go first: a table whose memory follows the span of ids in use.
///
/// Look-up, insertion and removal are O(1) and allocate only when the span outgrows every span before. An id that has
/// been removed, or was never given, has no value: a late event that names it finds nothing.
///
/// Public with its code, for otherwise other modules would run it unspecialised, looking up metadata at every access.
@frozen
public struct Window<Element> {
  @usableFromInline var slots: ContiguousArray<Element?>
  @usableFromInline var lowest = 0
  @usableFromInline var next = 0
  @usableFromInline var occupied = 0

  /// The lowest id that may have a value.
  @inlinable public var start: Int { lowest }
  /// The id that `append` gives next.
  @inlinable public var end: Int { next }
  /// Ids that have a value.
  @inlinable public var count: Int { occupied }

  @inlinable public init() { slots = ContiguousArray(repeating: nil, count: 64) }

  /// Stores a value under the next id.
  @discardableResult
  @inlinable public mutating func append(_ element: Element) -> Int {
    if end - start == slots.count { grow() }
    slots[index(end)] = element
    next += 1
    occupied += 1
    return next - 1
  }

  @inlinable public subscript(id: Int) -> Element? {
    get { contains(id) ? slots[index(id)] : nil }
    _modify {
      if contains(id) {
        yield &slots[index(id)]
      } else {
        var nothing: Element?
        yield &nothing
      }
    }
  }

  /// Changes the value of `id` where it lies: nothing is copied out and in. It gets nil, which must stay nil, if there is none.
  @inlinable @inline(__always)
  public mutating func change(_ id: Int, _ change: (inout Element?) -> Void) {
    if contains(id) { change(&slots[index(id)]) }
  }

  /// Forgets the value of `id`; nothing happens if it has none.
  @inlinable public mutating func remove(_ id: Int) {
    guard contains(id), slots[index(id)] != nil else { return }
    slots[index(id)] = nil
    occupied -= 1
    while lowest < next, slots[index(lowest)] == nil { lowest += 1 }
  }

  @inlinable func contains(_ id: Int) -> Bool { id >= start && id < end }

  @inlinable func index(_ id: Int) -> Int { id & (slots.count - 1) }

  @inlinable mutating func grow() {
    var larger = ContiguousArray<Element?>(repeating: nil, count: slots.count * 2)
    for id in start..<end { larger[id & (larger.count - 1)] = slots[index(id)] }
    slots = larger
  }
}

extension Window where Element: BitwiseCopyable {
  /// Copies in and out: a change in place would be a coroutine, which allocates its frame at every access.
  @inlinable public subscript(id: Int) -> Element? {
    get { contains(id) ? slots[index(id)] : nil }
    set { if contains(id) { slots[index(id)] = newValue } }
  }
}

extension Window: Sendable where Element: Sendable {}
