/// What a serving system decides, without I/O: events in, actions out, time passed in.
///
/// A policy knows queries, jobs and instances by their ids alone; inputs and outputs live with whoever drives it. The
/// frontend drives a policy with sockets, the simulator with a virtual clock, the tests with hostile schedules.
public protocol ServingPolicy {
  associatedtype Event
  associatedtype Action

  /// Takes one event at `now` and appends what is to be done, in order, to `actions`.
  ///
  /// `now` never decreases from one call to the next. The caller carries out every action before the next event and
  /// reuses the buffer, so that an event costs no allocation.
  mutating func handle(_ event: Event, at now: Instant, into actions: inout [Action])

  /// When the policy wants its `timer` event, if nothing else happens before; nil if it waits for nothing.
  var nextDeadline: Instant? { get }
}
