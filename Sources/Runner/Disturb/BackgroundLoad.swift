import CloudUtil
import Serving

/// A disturbance that is made of services of its own, started with those of the trial and removed by the same tag.
protocol BackgroundLoad: Disturbance {
  /// What it starts, in order.
  var services: [ServiceSpec] { get }

  /// The hosts that it uses, each once.
  var hosts: [CloudUtil.Host] { get }

  /// What they write, on their hosts.
  var records: [Deployment.RecordFile] { get }

  /// Starts its services and waits until all are ready. The trial's run by then.
  /// - Parameter offsets: how far the clocks of other hosts are ahead of this one's, by host.
  /// - Throws: `Failure` that names the service that is not ready; `ContainerError`.
  func prepare(offsets: [String: ClockOffset]) async throws

  /// A service has ended, of its own or of the trial, as `how` says.
  func hear(of exit: ServiceExit, _ how: String)

  /// What was wrong with it, a sentence each; known when it has been stopped. None: it was there all the time.
  var problems: [String] { get }

  /// Makes of what it recorded, once that is in the trial's folder, what stays there.
  /// - Throws: `Failure`.
  func collect() throws
}

extension BackgroundLoad {
  var records: [Deployment.RecordFile] { [] }

  func collect() throws {}

  func owns(_ service: String) -> Bool { services.contains { $0.name == service } }
}
