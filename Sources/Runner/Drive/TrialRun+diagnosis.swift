import CloudUtil

// Why a trial could not go on, beyond what the director saw.
extension TrialRun {
  /// In words to be added to `reason`; empty if nothing more is known. The engine, Redis and the frontend are what all
  /// others wait for: if one of them does not answer, it is the cause.
  func cause(beyond reason: String, _ desk: ControlDesk) async -> String {
    if let cause = await endOfAll(reason) { return cause }
    guard await desk.answers() else { return "; redis does not answer" }
    guard let address = try? await desk.frontendAddress() else { return "" }
    let health = HTTPRequest("GET", "http://\(address.host):\(address.httpPort)/healthz")
    let answer = try? await transport.send(health, deadline: .now + .seconds(2))
    return answer == nil ? "; the frontend does not answer" : ""
  }

  /// Whether the engine has gone, or everything has ended at once, which is no component's fault. Components that end
  /// together do so within seconds: as long as there are more of them, it looks again.
  private func endOfAll(_ reason: String) async -> String? {
    let names = [RedisService.name] + deployment.specs.map(\.name)
    var ended = 0
    while true {
      var running = 0
      for name in names {
        do {
          _ = try await engine.stats(name)
          running += 1
        } catch ContainerError.notRunning {
        } catch ContainerError.engine(let problem, let host) {
          return reason.contains(problem.description) ? "" : "\nThe cause: \(host): \(problem)"
        } catch {
          return nil
        }
      }
      if running == 0 { break }
      guard names.count - running > ended else { return nil }
      ended = names.count - running
      try? await Task.sleep(for: .seconds(1))
    }
    return "\nAll \(names.count) \(kind) have ended: was the Docker daemon restarted, or the machine short of memory? "
      + "Give the same command again."
  }
}
