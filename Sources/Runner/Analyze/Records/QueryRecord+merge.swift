import Serving

extension QueryRecord {
  /// Joins what the clients and the frontend saw, by the number of the query, in the order of the numbers.
  ///
  /// Nothing is hidden: a second row of the same query stays a row, as does a query of which only one side knows, so that
  /// the verdict can say that records are missing. Frontend rows without a number are not of the trial.
  /// - Parameter warmup: how many queries, at the front, are warm-up; for rows that no client has.
  static func merge(clients: [ClientRow], frontend: [FrontendRow], warmup: Int) -> [QueryRecord] {
    let numbered = frontend.filter { $0.query != nil }
    var firstOfQuery = Dictionary(
      numbered.enumerated().map { ($1.query ?? 0, $0) }, uniquingKeysWith: { first, _ in first })
    var isJoined = [Bool](repeating: false, count: numbered.count)

    var records = clients.map { client in
      let row = firstOfQuery.removeValue(forKey: client.query)
      if let row { isJoined[row] = true }
      return QueryRecord(client, row.map { numbered[$0] })
    }
    for (row, isJoined) in zip(numbered, isJoined) where !isJoined {
      if let query = row.query { records.append(QueryRecord(query, row, isWarmup: query < warmup)) }
    }
    let order = records.indices.sorted { (records[$0].query, $0) < (records[$1].query, $1) }
    return order.map { records[$0] }
  }

  /// A query that its client knows, and perhaps the frontend.
  private init(_ client: ClientRow, _ frontend: FrontendRow?) {
    self.init(
      query: client.query, client: client.client, sample: client.sample, isWarmup: client.isWarmup,
      scheduled_ns: client.scheduled_ns, sent_ns: client.sent_ns, received_ns: client.received_ns,
      label: client.label)
    if let frontend { take(frontend) }
    // The client is the judge of what it got; of what it never got the frontend may know where it went.
    if !client.hasAnswer, client.status != nil || source == nil { source = .failed }
    predicted = source == .failed ? nil : client.predicted ?? predicted
  }

  /// A query that only the frontend knows.
  private init(_ query: Int, _ frontend: FrontendRow, isWarmup: Bool) {
    self.init(query: query, isWarmup: isWarmup)
    take(frontend)
  }

  private mutating func take(_ frontend: FrontendRow) {
    (batch, group, worker) = (frontend.batch, frontend.group, frontend.worker)
    (arrived_ns, dispatched_ns) = (frontend.arrived_ns, frontend.dispatched_ns)
    (own_ns, redundant_ns, completed_ns) = (frontend.own_ns, frontend.redundant_ns, frontend.completed_ns)
    (source, predicted) = (frontend.source, frontend.predicted)
  }
}
