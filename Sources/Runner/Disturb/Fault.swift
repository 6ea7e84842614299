/// One of `faults`: what is done to a component of a trial, and when.
struct Fault: Codable, Equatable, Sendable {
  enum Action: String, Codable, CaseIterable, Sendable {
    /// SIGKILL.
    case kill
    /// Started again as it was; killed before, if it runs.
    case restart
    /// Stopped where it stands, until `resume`.
    case pause, resume
    /// Nothing comes through to it and nothing from it, until `heal`, which ends a delay as well.
    case partition, heal
    /// Whatever it sends leaves `delay_ms` later.
    case delay
    /// Every batch of a model instance takes `factor` times as long.
    case slow

    /// Whether it works on the network of a component, which takes a container that has one of its own.
    var isOfLink: Bool { [.partition, .heal, .delay].contains(self) }
  }

  /// Seconds from the start of the trial's schedule, to which warm-up belongs.
  var at_s: Double
  var action: Action
  var target: FaultTarget
  /// Of `delay` alone; 0 ends one.
  var delay_ms: Double?
  /// Of `slow` alone; 1 ends it.
  var factor: Double?

  /// Whether it undoes what an earlier one did.
  var isRestoring: Bool {
    [.restart, .resume, .heal].contains(action) || delay_ms == 0 || factor == 1
  }
}

extension Fault: CustomStringConvertible {
  /// `delay worker/3 by 20 ms at 10 s`.
  var description: String { text(of: target.description) }

  /// - Parameter target: in the words of the reader.
  func text(of target: String) -> String {
    let delay = delay_ms.map { " by \(Number.text($0)) ms" } ?? ""
    let slowness = factor.map { " by a factor of \(Number.text($0))" } ?? ""
    return "\(action.rawValue) \(target)\(delay)\(slowness) at \(Number.text(at_s)) s"
  }
}
