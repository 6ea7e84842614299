import CloudUtil

// What becomes of the machines, and what they cost until then.
extension ClusterPlace {
  /// Says what becomes of the machines of a launch that failed, and gives them back where that was asked for and loses nothing.
  /// - Parameter hold: of this launch; let go of before they are given back.
  /// - Throws: `error`, in fewer words if it has been told; the `Failure` of giving them back.
  func leave(
    _ site: ClusterSite, held hold: FolderLock, after error: any Error, _ invocation: Invocation,
    _ options: Lifecycle.ClusterOptions, _ commands: ClusterCommands
  ) async throws -> Never {
    defer { hold.release() }
    let cloud: Cloud
    switch self {
    case .ec2(let its): cloud = its
    case .static:
      progress.tell(
        """
        to try again:                      \(commands.again(site.cluster))
        to remove what it put on machines: \(commands.terminate(site.cluster))
        """)
      throw error
    }
    var isGivenBack = options.terminatesOnFailure && !(error is CancellationError)
    if isGivenBack, let reason = await use(of: site).reasonToStay {
      progress.tell("not given back, since \(reason)")
      isGivenBack = false
    }
    guard isGivenBack else {
      progress.tell("the machines of \(site.cluster) run on; \(await whatItCosts(site, invocation, commands))")
      throw error
    }
    // What is kept of the cluster goes, too.
    hold.release()
    try await giveBack(site.cluster, on: cloud, after: error, commands)
  }

  /// Says what becomes of the machines of a launch that did not get all of them, and gives them back where that was asked for
  /// and loses nothing: if it has made them itself, or no run was ever started on any.
  /// - Throws: `error`, in fewer words if it has been told; the `Failure` of giving them back.
  func giveUp(
    _ error: any Error, _ invocation: Invocation, _ options: Lifecycle.ClusterOptions, _ commands: ClusterCommands
  ) async throws -> Never {
    let cloud: Cloud
    switch self {
    case .ec2(let its): cloud = its
    case .static: throw error
    }
    guard options.terminatesOnFailure, !(error is CancellationError) else { throw error }
    let cluster = invocation.fleet(on: cloud, cluster: options.name).cluster
    let share: LaunchShare
    do {
      share = try await cloud.provider.share(of: cluster)
    } catch let unanswered {
      progress.tell("not given back (--terminate-on-failure), since what there is of it is not known: \(unanswered)")
      throw error
    }
    let use: ClusterUse
    switch share {
    case .none: throw error
    case .all: use = .none
    case .busy(let owner): use = .launching(owner)
    case .some: use = await cloud.use(of: cluster)
    }
    if let reason = use.reasonToStay {
      progress.tell("not given back (--terminate-on-failure), since \(reason)")
      throw error
    }
    try await giveBack(cluster, on: cloud, after: error, commands)
  }

  private func giveBack(
    _ cluster: ClusterID, on cloud: Cloud, after error: any Error, _ commands: ClusterCommands
  ) async throws -> Never {
    progress.tell("\(error)\ngiving the machines back (--terminate-on-failure)")
    try await Lifecycle.terminate([cluster], on: cloud, commands)
    throw Failure(
      exitCode: ExitCode(rawValue: Ending(of: error).exitCode) ?? .infrastructure,
      "\(cluster) could not be launched, and what was made of it is given back; why stands above")
  }

  private func use(of site: ClusterSite) async -> ClusterUse {
    if site.hasStarted { return .run }
    do {
      let (machine, shell, _) = try site.frontend
      try await site.requireIdentity(of: machine, shell)
      return try await LaunchLease(site).use(of: shell)
    } catch {
      return .unknown("\(error)")
    }
  }

  /// `they cost 0.680 USD/h until: run_exp x.json terminate`: what runs, as AWS says.
  /// - Parameter isNew: all were just launched, and AWS need not be asked; so does it cost, too, when AWS does not answer.
  func whatItCosts(
    _ site: ClusterSite, _ invocation: Invocation, _ commands: ClusterCommands, isNew: Bool = false
  ) async -> String {
    guard case .ec2(let cloud) = self else { return "the machines stay; terminate takes away what was put there" }
    let end = commands.terminate(site.cluster)
    let answer = isNew ? nil : try? await within(.seconds(10)) { try await cloud.provider.running(of: site.cluster) }
    guard let running = answer else {
      let plan = CloudPlan(invocation, settings: cloud.settings, region: cloud.region, prices: cloud.prices)
      return "they cost \(plan.perHourText ?? Self.unknownMoney) until: \(end)"
    }
    let (count, planned) = (running.count, site.all.count)
    guard count > 0 else {
      return "none of its \(planned) machines runs any more; what is kept for them goes with: \(end)"
    }
    return (count < planned ? "\(count) of \(planned) machines are left; " : "")
      + "they cost \(cloud.perHourText(of: running) ?? Self.unknownMoney) until: \(end)"
  }

  private static let unknownMoney = "money (how much is not known)"

  /// Whether AWS shows that the machine of the frontend does not run any more, and with it no run.
  func hasLostFrontend(_ cluster: ClusterID) async -> Bool {
    guard case .ec2(let cloud) = self,
      let machines = try? await within(.seconds(10), { try await cloud.provider.machines(of: cluster) })
    else { return false }
    return machines[Role("frontend")]?.isEmpty ?? true
  }
}

extension Cloud {
  /// `3.604 USD/h`; nil where a price is not known.
  func perHourText(of machines: [EC2Instance]) -> String? {
    let known = machines.compactMap { prices.price(of: $0.type, in: region) }
    return known.count == machines.count ? CloudPlan.perHourText(known.reduce(0, +)) : nil
  }
}
