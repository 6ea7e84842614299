import CloudUtil

/// Notices hosts of a cluster that do not answer for a while: what fails meanwhile may fail because of them.
actor HostWatch {
  private let fleet: Fleet
  /// The longest time for which a host was silent, by name; only of those that were.
  private var silences: [String: Duration] = [:]

  private static let pace: Duration = .seconds(3)
  /// An answer that takes longer is one that did not come.
  private static let patience: Duration = .seconds(5)

  init(_ fleet: Fleet) { self.fleet = fleet }

  /// Asks all hosts again and again, until it is cancelled.
  nonisolated func keep() async {
    await withTaskGroup(of: Void.self) { group in
      for host in fleet.all {
        group.addTask {
          while !Task.isCancelled {
            await self.ask(host)
            try? await Task.sleep(for: Self.pace)
          }
        }
      }
    }
  }

  private func ask(_ host: CloudUtil.Host) async {
    let asked = ContinuousClock.now
    let answers = await host.answers(within: Self.patience)
    guard !answers, !Task.isCancelled else { return }
    silences[host.name, default: .zero] += ContinuousClock.now - asked
  }

  /// Those that did not answer once or more since the watch began, or do not now.
  func silent() async -> Set<String> {
    for host in fleet.all where silences[host.name] == nil { await ask(host) }
    return Set(silences.keys)
  }

  /// Waits until `names` answer again.
  /// - Returns: those that do not, after so long.
  nonisolated func lost(of names: Set<String>, after patience: Duration) async -> [String] {
    let deadline = ContinuousClock.now + patience
    return await withTaskGroup(of: String?.self) { group in
      for host in fleet.all where names.contains(host.name) {
        group.addTask {
          while !Task.isCancelled {
            if await host.answers(within: Self.patience) { return nil }
            if ContinuousClock.now >= deadline { break }
            try? await Task.sleep(for: Self.pace)
          }
          return host.name
        }
      }
      return await group.reduce(into: []) { names, name in if let name { names.append(name) } }.sorted()
    }
  }
}

extension CloudUtil.Host {
  fileprivate func answers(within patience: Duration) async -> Bool {
    (try? await shell.run(Command("true"), deadline: .now + patience))?.termination.isSuccess ?? false
  }
}
