import Foundation
import Synchronization

/// A service as a child process. Its id is kept from being used again until `forget`, even after it has ended.
final class ServiceProcess: Sendable {
  let spec: ServiceSpec
  let identity: ProcessIdentity
  private let state = Mutex(State.running)

  private enum State {
    case running
    /// Ended, not reaped: neither the id of the process nor that of its group can become another's.
    case ended(Termination)
    case reaped(Termination)
  }

  /// Starts the child and a thread that waits for its end.
  /// - Parameter ended: called once, on that thread.
  init(_ spec: ServiceSpec, as spawn: Spawn, ended: @escaping @Sendable (ServiceProcess, Termination) -> Void) throws {
    self.spec = spec
    let pid = try spawn.start()
    // A child that is not reaped has a status, be it that of a zombie.
    guard let status = ProcessStatus(of: pid) else { throw SystemCall(call: "read /proc/\(pid)/stat", code: ESRCH) }
    identity = status.identity
    let watch = Thread { [self] in
      guard let termination = awaitEnd() else { return }
      state.withLock { $0 = .ended(termination) }
      ended(self, termination)
    }
    watch.stackSize = 256 << 10
    watch.name = spec.name
    watch.start()
  }

  /// How it ended; nil as long as it runs.
  var termination: Termination? {
    state.withLock { state in
      switch state {
      case .running: nil
      case .ended(let termination), .reaped(let termination): termination
      }
    }
  }

  /// Whether it runs or is not reaped yet.
  var hasTrace: Bool { ProcessStatus(of: identity.pid)?.identity == identity }

  /// Sends `number` to its group.
  /// - Throws: `ContainerError.notRunning` if it has ended.
  func signal(_ number: Int32) throws {
    try state.withLock { state in
      switch state {
      case .running: _ = try SystemCall.check("signal \(spec.name)", kill(-identity.pid, number))
      case .ended(let termination), .reaped(let termination):
        throw ContainerError.notRunning(service: spec.name, termination)
      }
    }
  }

  /// Reaps it if it has ended; the ids are free from now on.
  func forget() {
    state.withLock { state in
      guard case .ended(let termination) = state else { return }
      var information = siginfo_t()
      waitid(P_PID, id_t(identity.pid), &information, WEXITED)
      state = .reaped(termination)
    }
  }

  /// Blocks until the child has ended, and leaves it to be reaped.
  private func awaitEnd() -> Termination? {
    var information = siginfo_t()
    while waitid(P_PID, id_t(identity.pid), &information, WEXITED | WNOWAIT) != 0 {
      guard errno == EINTR else { return nil }
    }
    let status = information._sifields._sigchld.si_status
    return information.si_code == CLD_EXITED ? .exited(status) : .signalled(status)
  }
}
