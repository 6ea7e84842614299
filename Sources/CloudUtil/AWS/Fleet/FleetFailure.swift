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
    /// The cluster was terminated while it was being made.
    case terminated
    /// What is asked for does not fit what is there or what there can be; the sentence says what to do.
    case misfit(String)
  }

  public var reason: Reason
  public var cluster: ClusterID
  /// Machines of the cluster that cost money now, as far as AWS shows them; nil if it was not asked.
  public var alive: [EC2Instance]?

  public init(_ reason: Reason, cluster: ClusterID, alive: [EC2Instance]? = nil) {
    self.reason = reason
    self.cluster = cluster
    self.alive = alive
  }

  var isTerminated: Bool {
    if case .terminated = reason { true } else { false }
  }
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
    case .misfit(let words): words
    }
  }

  private static func list(_ reasons: [String: String]) -> String {
    reasons.isEmpty
      ? "" : ":\n" + reasons.sorted { $0.key < $1.key }.map { "  \($0.key): \($0.value)" }.joined(separator: "\n")
  }
}
