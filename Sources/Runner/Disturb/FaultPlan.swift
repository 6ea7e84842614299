import Control
import Serving

/// The faults of one trial in the order in which they strike, each with whom it strikes there.
///
/// A sweep has trials of several modes and lengths, so a trial may be without the target of a fault, or be over before its
/// time; it goes without that fault then, and says so.
struct FaultPlan: Equatable, Sendable {
  struct Entry: Equatable, Sendable {
    var fault: Fault
    /// nil: the trial has no such component.
    var component: Component?
    /// Why the trial goes without this fault; nil of those that are carried out.
    var omission: String?
  }

  /// By time; those of the same instant as the experiment lists them.
  let entries: [Entry]
  /// Those that are to be carried out, by component, in order.
  let byComponent: [Component: [Entry]]
  /// When the load is over, in seconds from the start of the schedule.
  let load_s: Double
  private let links: Set<Component>

  /// - Parameter load_s: from the start of the schedule to its last query, as `ScheduleLengths` has it.
  init(_ trial: Trial, load_s: Double) {
    self.load_s = load_s
    let ordered = (trial.faults ?? []).enumerated()
      .sorted { ($0.element.at_s, $0.offset) < ($1.element.at_s, $1.offset) }.map(\.element)
    var draw = WorkerDraw(count: trial.numModels, seed: trial.seed)
    entries = ordered.map { fault in
      let component = fault.target == .random ? draw.next(for: fault) : trial.component(fault.target)
      let omission: String? =
        if component == nil {
          "no such target in this mode"
        } else if fault.at_s >= load_s {
          "past the end of the load"
        } else { nil }
      return Entry(fault: fault, component: component, omission: omission)
    }
    byComponent = Dictionary(grouping: entries.filter { $0.omission == nil }) { $0.component ?? .frontend }
    links = Set(byComponent.filter { $0.value.contains { $0.fault.action.isOfLink } }.keys)
  }

  /// Whom an action of `actions` strikes.
  func components(_ isWanted: (Fault.Action) -> Bool) -> Set<Component> {
    Set(entries.filter { $0.omission == nil && isWanted($0.fault.action) }.compactMap(\.component))
  }

  /// Whether a trial cannot end without a word from `component`. Workers are given up by their silence, and without Redis
  /// it goes on.
  static func isAwaited(_ component: Component) -> Bool { component.isClient || component == .frontend }

  /// Whether a component that the trial waits for is cut off for a time.
  var cutsAwaited: Bool { components { $0 == .partition }.contains(where: Self.isAwaited) }

  /// Whether the link of any component is disturbed.
  var hasLinks: Bool { !links.isEmpty }

  /// Whether the link of `component` is disturbed.
  func hasLink(_ component: Component) -> Bool { links.contains(component) }

  /// The delays, in ms, that `delay` and `heal` set one after the other on `component`; none without a `delay`.
  func delays(of component: Component) -> [Double] {
    let faults = (byComponent[component] ?? []).map(\.fault)
    guard faults.contains(where: { $0.action == .delay }) else { return [] }
    return faults.filter { [.delay, .heal].contains($0.action) }.map { $0.delay_ms ?? 0 }
  }

  /// The factors that `slow` sets one after the other on `component`.
  func paces(of component: Component) -> [Double] { (byComponent[component] ?? []).compactMap(\.fault.factor) }
}

/// Draws a worker for each fault at `random`: one that was not drawn yet, as long as there is one. What undoes a fault goes to
/// the worker that was drawn last.
private struct WorkerDraw {
  private let count: Int
  private var random: Xoshiro256
  private var left: [Int] = []
  private var last: Int?

  init(count: Int, seed: UInt64) {
    self.count = count
    // Another stream than that of the load.
    random = Xoshiro256(seed: LoadSeed.mixed(seed ^ LoadSeed.fnv1a("faults")))
  }

  mutating func next(for fault: Fault) -> Component {
    if let last, fault.isRestoring { return Component(role: "worker", last) }
    if left.isEmpty { left = Array(0..<count) }
    let number = left.remove(at: Int(random.nextUniform() * Double(left.count)))
    last = number
    return Component(role: "worker", number)
  }
}
