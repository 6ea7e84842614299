import CloudUtil
import Synchronization

/// Hosts that a run went on without, or ended for. One that was only cut off may come back, with containers on it that nobody
/// else would end.
final class LostHosts: Sendable {
  private let hosts = Mutex<[CloudUtil.Host]>([])

  var names: [String] { hosts.withLock { $0.map(\.name) } }

  func add(_ more: [CloudUtil.Host]) { hosts.withLock { $0 += more } }

  /// Tries once to remove what this run left there, on all at once; a host that is still away costs `patience`, and nobody hears
  /// of it.
  func clear(of experiment: String, patience: Duration = .seconds(10)) async {
    guard let owner = RunOwner.current else { return }
    await withTaskGroup(of: Void.self) { group in
      for host in hosts.withLock({ $0 }) {
        group.addTask {
          // Else each question would wait for it on its own.
          let deadline = ContinuousClock.now + patience
          guard let answer = try? await host.shell.run(Command("true"), deadline: deadline),
            answer.termination.isSuccess
          else { return }
          _ = try? await DockerEngine(shell: host.shell).removeLeftovers(experiment: experiment, ended: [owner])
        }
      }
    }
  }
}
