/// What launches of a cluster before this one asked for, as far as it is known on this machine, and whether they may have
/// made what nobody sees yet. Pure.
struct LaunchHistory: Equatable, Sendable {
  /// Calls of which it is not known what they made, and that can be made again: by the same client token.
  var unanswered: [LaunchCall] = []
  /// Whether something may have been made that is not visible yet and that no call made again would find.
  var mayHide = false

  /// - Parameters:
  ///   - entries: of the cluster's generation, from this machine's journal.
  ///   - present: what is seen of the cluster, in whatever state.
  ///   - dead: who held the lease of a launch that has died or given up, empty if that is not known; nil if none has.
  ///   - token: that a call would be made with now. It is another once the parameters have changed.
  init(
    _ entries: [LaunchJournal.Entry], present: [EC2Instance], dead: String?, token: (LaunchCall) throws -> String?
  ) rethrows {
    let seen = Set(present.map(\.id))
    for entry in LaunchJournal.unanswered(entries) {
      // All that it can have made is seen: it is answered.
      if present.count(where: { $0.tags[ClusterTag.token] == entry.token }) >= entry.call.count { continue }
      if try token(entry.call) == entry.token { unanswered.append(entry.call) } else { mayHide = true }
    }
    if !LaunchJournal.made(entries).isSubset(of: seen) { mayHide = true }
    // One that wrote nothing down here worked elsewhere, or made no call: it cannot be told which.
    if let dead, dead.isEmpty || !entries.contains(where: { $0.holder == dead }) { mayHide = true }
  }
}
