import CloudUtil

/// Notices hosts of a cluster that do not answer for a while: what fails meanwhile may fail because of them.
actor HostWatch {
  private let fleet: Fleet
  /// The last moment at which a host was silent, by name; only of those that were.
  private var silences: [String: ContinuousClock.Instant] = [:]
  /// Hosts that answer, and with another host key than before: waiting does not heal that.
  private(set) var changed: Set<String> = []

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

  /// Asks `host` once, and notes if it does not answer.
  func ask(_ host: CloudUtil.Host) async {
    let answer = await host.answer(within: Self.patience)
    guard answer != .given, !Task.isCancelled else { return }
    silences[host.name] = .now
    if answer == .fromAnother { changed.insert(host.name) }
  }

  /// Those that did not answer at some time since `start`, or do not now. What was before has done no harm to what began then.
  /// - Parameter start: nil: since the watch began.
  func silent(since start: ContinuousClock.Instant?) async -> Set<String> {
    func isSilent(_ host: CloudUtil.Host) -> Bool {
      silences[host.name].map { silence in start.map { silence >= $0 } ?? true } ?? false
    }
    await withTaskGroup(of: Void.self) { group in
      for host in fleet.all where !isSilent(host) { group.addTask { await self.ask(host) } }
    }
    return Set(fleet.all.filter(isSilent).map(\.name))
  }

  /// Waits until `names` answer again.
  /// - Returns: those that do not, after so long, or are others now.
  nonisolated func lost(of names: Set<String>, after patience: Duration) async -> [String] {
    let deadline = ContinuousClock.now + patience
    return await withTaskGroup(of: String?.self) { group in
      for host in fleet.all where names.contains(host.name) {
        group.addTask {
          while !Task.isCancelled {
            let answer = await host.answer(within: Self.patience)
            if answer == .given { return nil }
            if answer == .fromAnother || ContinuousClock.now >= deadline { break }
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
  enum Answer: Equatable {
    case none, given
    /// It shows another host key than before.
    case fromAnother
  }

  /// Asks once.
  func answer(within patience: Duration) async -> Answer {
    do {
      return try await shell.run(Command("true"), deadline: .now + patience).termination.isSuccess ? .given : .none
    } catch ShellError.unreached(_, _, .hostKeyChanged) {
      return .fromAnother
    } catch {
      return .none
    }
  }
}
