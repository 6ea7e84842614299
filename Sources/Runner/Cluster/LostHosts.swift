import CloudUtil
import Synchronization

/// Hosts of a run on which containers may be left that nobody else would end: those that it went on without, or ended for, and
/// those that did not answer when a trial was over.
final class LostHosts: Sendable {
  private struct Hosts {
    var lost: [CloudUtil.Host] = []
    var unfinished: [CloudUtil.Host] = []
  }

  private let hosts = Mutex(Hosts())

  /// Of those that the run went on without, or ended for.
  var names: [String] { hosts.withLock { $0.lost.map(\.name) } }

  func add(_ more: [CloudUtil.Host]) { hosts.withLock { $0.lost += more } }

  /// A trial was over, and its containers could not be removed.
  func addUnfinished(_ more: [CloudUtil.Host]) {
    hosts.withLock { hosts in
      hosts.unfinished += more.filter { host in !hosts.unfinished.contains { $0.name == host.name } }
    }
  }

  /// Hosts that were not done with are not waited for any more than lost ones.
  func giveUpUnfinished() {
    hosts.withLock { hosts in
      hosts.lost += hosts.unfinished
      hosts.unfinished = []
    }
  }

  /// Removes what this run left there, on all at once. Nobody hears of a host that is still away and was lost before.
  /// - Parameters:
  ///   - patience: within which a host that was lost has to answer, or it is let be.
  ///   - absence: for so long one that was merely not done with may be away.
  func clear(
    of experiment: String, patience: Duration = .seconds(10), absence: Duration, pace: Duration = .seconds(5),
    tell: @escaping @Sendable (String) -> Void
  ) async {
    guard let owner = RunOwner.current else { return }
    let hosts = hosts.withLock { $0 }
    await withTaskGroup(of: Void.self) { group in
      for host in hosts.lost {
        group.addTask {
          if await host.answer(within: patience) == .given { _ = await host.clear(of: experiment, owner) }
        }
      }
      let lost = Set(hosts.lost.map(\.name))
      for host in hosts.unfinished where !lost.contains(host.name) {
        group.addTask {
          let deadline = ContinuousClock.now + absence
          var isTold = false
          while true {
            if await host.answer(within: patience) == .given, await host.clear(of: experiment, owner) { return }
            guard ContinuousClock.now < deadline else {
              return tell(
                "\(host.name): does not answer; what this run left there is removed by the next launch, or by terminate"
              )
            }
            if !isTold { tell("\(host.name): waiting for it, to remove what this run left there") }
            isTold = true
            try? await Task.sleep(for: pace)
          }
        }
      }
    }
  }
}

extension CloudUtil.Host {
  /// - Returns: whether nothing of it is left.
  fileprivate func clear(of experiment: String, _ owner: RunOwner) async -> Bool {
    let left = try? await DockerEngine(shell: shell).removeLeftovers(experiment: experiment, ended: [owner])
    return left?.surviving.isEmpty ?? false
  }
}
