/// The slowdowns of one worker, drawn for each batch that its model runs, so that a run can be had again from its seed.
///
/// A batch draws one uniform number for each slowdown that applies to the worker, in the order of the list, whether or
/// not an earlier one hit; those that hit add up, each on the time that the model took by itself.
public struct Slowdowns: Sendable {
  private let applying: [Slowdown]
  private var random: Xoshiro256

  public init(_ slowdowns: [Slowdown], seed: UInt64, worker: Int) {
    applying = slowdowns.filter { $0.applies(to: worker) }
    random = RandomStream.slowdowns.generator(seed: seed, worker: worker)
  }

  /// How much longer the next batch takes, whose model took `service_ns`.
  public mutating func next_ns(service_ns: Int64) -> Int64 {
    var added_ns = 0.0
    for slowdown in applying where random.nextUniform() < slowdown.probability {
      if let ms = slowdown.added_ms { added_ns += ms * 1e6 }
      if let factor = slowdown.factor { added_ns += (factor - 1) * Double(service_ns) }
    }
    return Int64(min(added_ns, 1e18))
  }
}
