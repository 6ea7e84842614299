/// Why the machines of a cluster could not be got or given back, and what there is of it now.
public struct FleetFailure: Error, Sendable {
  public enum Reason: Sendable {
    /// A call of AWS's failed, and nothing else helps.
    case call(AWSError)
    /// No zone has enough machines of the type: the reason of each.
    case capacity(role: String, instanceType: String, reasons: [String: String])
    /// The account may not have so many: of the type, for so many of them.
    case quota(AWSError?, role: String, instanceType: String, count: Int, words: String)
    /// Machines ended before they ran, in each zone for this reason.
    case died(role: String, reasons: [String: String])
    /// Machines (`i-… (pending)`) that were not where they should be in time.
    case late([String])
    /// This machine could not write down what it was about to ask for, so it did not.
    case unwritten(String)
    /// Another launch is at work on the cluster.
    case busy(owner: String, holder: String, since: UTCTime)
    /// The cluster was terminated while it was being made: its record is gone.
    case terminated
    /// Somebody terminated this machine of the cluster before it ran.
    case ended(machine: String)
    /// What tells others that this launch is at work is gone, and the cluster is not.
    case leaseLost(AWSError)
    /// What is asked for does not fit what is there or what there can be; the sentence says what to do.
    case misfit(String)
  }

  /// A call of which it is not known whether it made the machines it asked for.
  public struct Unanswered: Equatable, Sendable {
    public var role: String
    public var instanceType: String
    public var count: Int
    /// By which its machines are told from others.
    var token: String
  }

  public var reason: Reason
  public var cluster: ClusterID
  /// Machines of the cluster that cost money, as far as AWS showed them when it was asked last; nil if it was not asked.
  public var alive: [EC2Instance]?
  /// Calls whose machines, if they made any, are not all among `alive`.
  public var unanswered: [Unanswered] = []
  /// Whether AWS was asked what is alive after the failure.
  public private(set) var isCurrent = false
  /// Whether anything of the cluster may exist, be it a machine or what costs nothing.
  public private(set) var mayExist = true
  /// Whether this launch has made the cluster's record or found it there.
  var hasRecord = false

  public init(_ reason: Reason, cluster: ClusterID, alive: [EC2Instance]? = nil) {
    self.reason = reason
    self.cluster = cluster
    self.alive = alive
  }

  var isTerminated: Bool {
    if case .terminated = reason { true } else { false }
  }

  /// Whether it is what a launch meets whose cluster is terminated, or may be.
  var mayMeanTermination: Bool {
    switch reason {
    case .ended, .leaseLost: true
    case .call(let error): error.mayMeanTermination
    default: false
    }
  }

  /// With what AWS shows of the cluster after the failure.
  /// - Parameters:
  ///   - seen: in whatever state. What is not among it although it was there may not be visible yet.
  ///   - hasGroups: whether a security group of the cluster is there, or may be.
  func updated(_ seen: [EC2Instance], hasGroups: Bool) -> FleetFailure {
    var now = self
    let ids = Set(seen.map(\.id))
    let alive = (alive ?? []).filter { !ids.contains($0.id) } + seen.filter { !$0.state.isEnding }
    now.alive = alive
    now.unanswered.removeAll { call in seen.count { $0.tags[ClusterTag.token] == call.token } >= call.count }
    now.isCurrent = true
    var mayHaveMadeGroup = false
    if case .call(let error) = reason { mayHaveMadeGroup = error.mayHaveHappened }
    let hasMade = hasRecord && !isTerminated
    now.mayExist = hasMade || hasGroups || mayHaveMadeGroup || !alive.isEmpty || !now.unanswered.isEmpty
    return now
  }
}

extension AWSError {
  /// Whether a call of a launch that fails so may have met a cluster that is gone: something of it is not known.
  var mayMeanTermination: Bool { kind == .notFoundYet || kind == .missing(.key) }
}

extension FleetFailure: CustomStringConvertible {
  public var description: String {
    switch reason {
    case .call(let error): "\(error)"
    case .capacity(let role, let type, let reasons):
      "no zone has the \(type) machines for \(role) now\(FleetFailure.list(reasons))"
    case .quota(let error, let role, let type, let count, let words):
      "the account's quota does not allow \(count) more \(type) for \(role): \(error.map { "\($0)" } ?? words)"
    case .died(let role, let reasons): "machines for \(role) ended before they ran\(FleetFailure.list(reasons))"
    case .late(let machines): "gave up waiting for: \(machines.joined(separator: ", "))"
    case .unwritten(let words): "what is asked for cannot be written down here, so no more was asked for: \(words)"
    case .busy(let owner, let holder, let since):
      "another launch is at work on cluster \(cluster): of \(owner) (process \(holder)), last heard of at \(since)"
    case .terminated: "cluster \(cluster) was terminated while it was being made"
    case .ended(let machine): "somebody terminated \(machine) while cluster \(cluster) was being made"
    case .leaseLost(let error):
      "somebody has deleted the security group by which others know that this launch is at work: \(error)"
    case .misfit(let words): words
    }
  }

  private static func list(_ reasons: [String: String]) -> String {
    reasons.isEmpty
      ? "" : ":\n" + reasons.sorted { $0.key < $1.key }.map { "  \($0.key): \($0.value)" }.joined(separator: "\n")
  }
}
