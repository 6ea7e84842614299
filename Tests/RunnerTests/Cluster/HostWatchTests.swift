import CloudUtil
import Synchronization
import Testing

@testable import Runner

@Suite struct HostWatchTests {
  /// A host that answers or not, as `answers` says.
  private func host(_ name: String, _ answers: @escaping @Sendable () -> Bool) -> CloudUtil.Host {
    CloudUtil.Host(
      name: name, address: name,
      shell: ScriptedShell { command in
        guard answers() else { throw ShellError.timedOut(command, host: name) }
        return .ended(0)
      })
  }

  @Test("A host that was silent counts for what was at work then, and not for what began afterwards")
  func since() async {
    let isSilent = Mutex(true)
    let flapping = host("flapping") { isSilent.withLock { !$0 } }
    let watch = HostWatch(Fleet(hosts: [Role("worker"): [flapping, host("steady") { true }]]))
    let earlier = ContinuousClock.now
    await watch.ask(flapping)
    isSilent.withLock { $0 = false }
    let begun = ContinuousClock.now
    #expect(await watch.silent(since: nil) == ["flapping"])
    #expect(await watch.silent(since: earlier) == ["flapping"])
    #expect(await watch.silent(since: begun) == [])
    isSilent.withLock { $0 = true }
    #expect(await watch.silent(since: begun) == ["flapping"], "as it is now")
    isSilent.withLock { $0 = false }
    #expect(await watch.silent(since: begun) == ["flapping"], "and was since then")
    #expect(await watch.lost(of: ["flapping"], after: .zero) == [])
  }

  @Test("A host that shows another key is lost at once, however long one that is silent is waited for")
  func changed() async throws {
    let key = try #require(HostKey(blob: [0, 0, 0, 1, 65]))
    let other = CloudUtil.Host(
      name: "other", address: "other",
      shell: ScriptedShell { command in
        throw ShellError.unreached(
          command, host: "other",
          .hostKeyChanged(host: "other", HostKeyChange(name: "other", file: "f", line: 1, pinned: key, shown: key)))
      })
    let watch = HostWatch(Fleet(hosts: [Role("worker"): [other, host("steady") { true }]]))
    #expect(await watch.silent(since: nil) == ["other"])
    #expect(await watch.changed == ["other"])
    #expect(await watch.lost(of: ["other"], after: .seconds(3600)) == ["other"])
  }

  @Test(
    "Of a host that was lost what is left is removed once it is back; one that is away is asked once, and nobody hears of it"
  )
  func lost() async {
    let away = ScriptedShell.away
    let back = ScriptedShell { _ in .ended(0) }
    let lost = LostHosts()
    lost.add([away, back].map { CloudUtil.Host(name: "h", address: "h", shell: $0) })
    let told = Mutex<[String]>([])
    await lost.clear(of: "some-experiment", absence: .seconds(3600)) { text in told.withLock { $0.append(text) } }
    #expect(away.asked == ["true"] && told.withLock { $0.isEmpty })
    #expect(back.asked.first == "true")
    #expect(back.asked.contains { $0.contains("docker") && $0.contains("=some-experiment") }, "\(back.asked)")
  }

  @Test("A host that was merely not done with when the run ended is waited for, and then what is left is removed")
  func unfinished() async {
    let asked = Mutex(0)
    let paused = ScriptedShell { command in
      guard
        asked.withLock({
          $0 += 1; return $0 > 3
        })
      else { throw ShellError.timedOut(command, host: "paused") }
      return .ended(0)
    }
    let lost = LostHosts()
    for _ in 0..<2 { lost.addUnfinished([CloudUtil.Host(name: "paused", address: "p", shell: paused)]) }
    #expect(lost.names.isEmpty, "the run did not go on without it")
    let told = Mutex<[String]>([])
    await lost.clear(of: "some-experiment", absence: .seconds(3600), pace: .milliseconds(1)) { text in
      told.withLock { $0.append(text) }
    }
    #expect(told.withLock { $0 } == ["paused: waiting for it, to remove what this run left there"])
    #expect(paused.asked.prefix(5).dropLast() == ["true", "true", "true", "true"])
    #expect(paused.asked.contains { $0.contains("docker") && $0.contains("=some-experiment") }, "\(paused.asked)")
  }
}
