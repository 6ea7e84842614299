/// Values by consecutive ids, of which the oldest go first: a table whose memory follows the span of ids in use.
///
/// Look-up, insertion and removal are O(1) and allocate only when the span outgrows every span before. An id that has
/// been removed, or was never given, has no value: a late event that names it finds nothing.
@frozen
public struct Window<Element> {
  @usableFromInline var slots: ContiguousArray<Element?>
  @usableFromInline var ids = 0..<0
  @usableFromInline var held = 0

  /// The lowest id that may have a value.
  @inlinable public var start: Int { ids.lowerBound }
  /// The id that `append` gives next.
  @inlinable public var end: Int { ids.upperBound }
  /// Ids that have a value.
  @inlinable public var count: Int { held }

  @inlinable public init() { slots = ContiguousArray(repeating: nil, count: 64) }

  /// Stores a value under the next id.
  @discardableResult
  @inlinable public mutating func append(_ element: Element) -> Int {
    if end - start == slots.count { grow() }
    let id = end
    slots[index(id)] = element
    ids = start..<id + 1
    held += 1
    return id
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

  /// Forgets the value of `id`; nothing happens if it has none.
  @inlinable public mutating func remove(_ id: Int) {
    guard contains(id), slots[index(id)] != nil else { return }
    slots[index(id)] = nil
    held -= 1
    while start < end, slots[index(start)] == nil { ids = start + 1..<end }
  }

  @inlinable func contains(_ id: Int) -> Bool { ids.contains(id) }

  @inlinable func index(_ id: Int) -> Int { id & (slots.count - 1) }

  @usableFromInline mutating func grow() {
    var larger = ContiguousArray<Element?>(repeating: nil, count: slots.count * 2)
    for id in ids { larger[id & (larger.count - 1)] = slots[index(id)] }
    slots = larger
  }
}

extension Window: Sendable where Element: Sendable {}
