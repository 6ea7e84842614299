/// Which keep-alive connection takes a query, and when another is opened: decisions only, no sockets.
///
/// A query takes the connection that fell idle last, so that few stay warm and the rest are a reserve. The reserve is
/// opened ahead of need: however slow replies are, a query finds an idle connection. Where it does not, it waits for the
/// first that opens or falls idle, before any query that came after it.
struct ConnectionPool {
  typealias ConnectionID = Int
  typealias QueryIndex = Int

  private enum State { case opening, idle, busy }
  private var states: [ConnectionID: State] = [:]
  /// Last in, first out; may hold connections that have closed since, which are dropped when they surface.
  private var idleStack: [ConnectionID] = []
  private var waiting = Queue<QueryIndex>()
  private var nextID = 0

  private(set) var idle = 0
  private(set) var opening = 0
  private(set) var busy = 0

  /// Connections at most, for file descriptors are finite.
  let limit: Int

  init(limit: Int) { self.limit = limit }

  var waitingQueries: Int { waiting.count }
  var open: Int { idle + busy }

  /// How many idle connections are kept in reserve: half of those in use, for a burst or a pause of the server makes that
  /// many more busy before new ones have opened.
  var reserve: Int { max(8, busy / 2) }

  /// Opening at once, at most, beyond those that a query waits for: to connect is work that sends must not wait for.
  static let openingAhead = 4

  /// A query is due. Returns the connection that it takes; nil: it waits, and is handed out later.
  mutating func take(_ query: QueryIndex) -> ConnectionID? {
    if waiting.isEmpty, let id = popIdle() {
      setState(.busy, of: id)
      return id
    }
    waiting.append(query)
    return nil
  }

  /// Connections that should be opened now; they count as opening until `available` or `closed`.
  /// - Parameter withReserve: not only those that queries wait for.
  mutating func connectionsToOpen(withReserve: Bool = true) -> [ConnectionID] {
    let needed = max(0, waiting.count - opening)
    let missing = withReserve ? max(0, reserve + waiting.count - idle - opening - needed) : 0
    let ahead = min(missing, max(0, ConnectionPool.openingAhead - opening))
    let count = min(needed + ahead, limit - states.count)
    return count > 0 ? (0..<count).map { _ in startOpening() } : []
  }

  /// Begins to open one more, whatever the need.
  mutating func startOpening() -> ConnectionID {
    defer { nextID += 1 }
    setState(.opening, of: nextID)
    return nextID
  }

  /// The connection can be used: opened, or its reply is complete. Returns the query that it takes next; nil: it is idle.
  mutating func available(_ id: ConnectionID) -> QueryIndex? {
    guard let state = states[id], state != .idle else { return nil }
    if let query = waiting.popFirst() {
      setState(.busy, of: id)
      return query
    }
    setState(.idle, of: id)
    idleStack.append(id)
    return nil
  }

  /// The connection is gone, or never opened.
  mutating func closed(_ id: ConnectionID) { setState(nil, of: id) }

  /// Queries that wait are given up.
  mutating func dropWaiting() { waiting = Queue() }

  private mutating func popIdle() -> ConnectionID? {
    while let id = idleStack.popLast() {
      if states[id] == .idle { return id }
    }
    return nil
  }

  private mutating func setState(_ state: State?, of id: ConnectionID) {
    count(states[id], -1)
    count(state, 1)
    states[id] = state
  }

  private mutating func count(_ state: State?, _ change: Int) {
    switch state {
    case .opening: opening += change
    case .idle: idle += change
    case .busy: busy += change
    case nil: break
    }
  }
}

/// First in, first out, in one array.
struct Queue<Element> {
  private var elements: [Element] = []
  private var head = 0

  var count: Int { elements.count - head }
  var isEmpty: Bool { count == 0 }

  mutating func append(_ element: Element) { elements.append(element) }

  mutating func popFirst() -> Element? {
    guard head < elements.count else { return nil }
    defer {
      head += 1
      // Half of the array is behind the head: each element is moved at most once on average.
      if head > 32, head * 2 > elements.count {
        elements.removeFirst(head)
        head = 0
      }
    }
    return elements[head]
  }
}
