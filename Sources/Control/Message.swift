/// The name of a process of an experiment: a role and, where there are several, a number (`frontend`, `worker/3`).
public struct Component: Hashable, Sendable, CustomStringConvertible {
  public var name: String
  public init(_ name: String) { self.name = name }
  public init(role: String, _ number: Int) { name = "\(role)/\(number)" }
  public static let frontend = Component("frontend")
  public static let redis = Component("redis")
  public var description: String { name }
}

/// What a process tells the runner.
public struct Announcement: Equatable, Sendable {
  public enum State: String, Sendable, CaseIterable {
    /// Ready for its part of the trial. The frontend announces for each worker that has joined it.
    case ready
    /// The frontend lost this worker.
    case lost
    /// A client has sent everything; `detail` is the number of queries it sent.
    case sent
    /// The frontend has answered everything and closed its open batches, or a client has its last reply; its files are written.
    case done
    /// It cannot go on; `detail` says why.
    case failed
  }
  public var component: Component
  public var state: State
  public var detail: String
  public init(_ component: Component, _ state: State, detail: String = "") {
    self.component = component
    self.state = state
    self.detail = detail
  }
}

/// What the runner tells a process.
public enum Order: Equatable, Sendable {
  /// To a client: the schedule starts at this Unix instant.
  case go(start_ns: Int64)
  /// To the frontend: so many queries were sent in all; once they are in, close open batches and groups.
  case drain(queries: Int)
  /// To the frontend: wait (a little) for work in progress, write the files, announce `done`.
  case finish
}
