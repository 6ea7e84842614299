import CloudUtil

// What becomes of the machines, and what they cost until then.
extension ClusterPlace {
  /// Says what becomes of the machines of a launch that failed, and gives them back where that was asked for and loses nothing.
  /// - Parameter hold: of this launch; let go of before they are given back.
  func leave(
    _ site: ClusterSite, held hold: FolderLock, after error: any Error, _ invocation: Invocation,
    _ options: Lifecycle.ClusterOptions, _ commands: ClusterCommands
  ) async throws {
    defer { hold.release() }
    guard case .ec2(let cloud) = self else { return }
    var isGivenBack = options.terminatesOnFailure && !(error is CancellationError)
    if isGivenBack, let reason = await use(of: site).reasonToStay {
      progress.tell("not given back, since \(reason)")
      isGivenBack = false
    }
    guard isGivenBack else {
      progress.tell("the machines of \(site.cluster) run on; \(whatItCosts(site, invocation, commands))")
      return
    }
    progress.tell("\(error)\ngiving the machines back (--terminate-on-failure)")
    // What is kept of the cluster goes, too.
    hold.release()
    try await Lifecycle.terminate([site.cluster], on: cloud, commands)
  }

  private func use(of site: ClusterSite) async -> ClusterUse {
    if site.hasStarted { return .run }
    do {
      return await LaunchLease(site).use(of: try site.frontend.shell)
    } catch {
      return .unknown("\(error)")
    }
  }

  /// `they cost 0.680 USD/h until: run_exp x.json terminate`.
  func whatItCosts(_ site: ClusterSite, _ invocation: Invocation, _ commands: ClusterCommands) -> String {
    guard case .ec2(let cloud) = self else { return "the machines stay; terminate takes away what was put there" }
    let plan = CloudPlan(invocation, settings: cloud.settings, region: cloud.region, prices: cloud.prices)
    return "they cost \(plan.perHourText ?? "money (how much is not known)") until: \(commands.terminate(site.cluster))"
  }
}
