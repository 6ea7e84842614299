/// Values by consecutive ids, of which the oldest go first: a table whose memory follows the span of ids in use.
///
/// Look-up, insertion and removal are O(1) and allocate only when the span outgrows every span before. An id that has
/// been removed, or was never given, has no value: a late event that names it finds nothing.
@frozen
package struct Window<Element> {
  @usableFromInline var slots: ContiguousArray<Element?>
  /// The lowest id that may have a value.
  @usableFromInline package internal(set) var start = 0
  /// The id that `append` gives next.
  @usableFromInline package internal(set) var end = 0
  package internal(set) var count = 0

  @inlinable package init() { slots = ContiguousArray(repeating: nil, count: 64) }

  /// Stores a value under the next id.
  @discardableResult
  @inlinable package mutating func append(_ element: Element) -> Int {
    if end - start == slots.count { grow() }
    slots[index(end)] = element
    end += 1
    count += 1
    return end - 1
  }

  @inlinable package subscript(id: Int) -> Element? {
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

  /// Forgets the value of `id`; nothing happens if it has none.
  @inlinable package mutating func remove(_ id: Int) {
    guard contains(id), slots[index(id)] != nil else { return }
    slots[index(id)] = nil
    count -= 1
    while start < end, slots[index(start)] == nil { start += 1 }
  }

  @inlinable func contains(_ id: Int) -> Bool { id >= start && id < end }

  @inlinable func index(_ id: Int) -> Int { id & (slots.count - 1) }

  @inlinable mutating func grow() {
    var larger = ContiguousArray<Element?>(repeating: nil, count: slots.count * 2)
    for id in start..<end { larger[id & (larger.count - 1)] = slots[index(id)] }
    slots = larger
  }
}

extension Window: Sendable where Element: Sendable {}
