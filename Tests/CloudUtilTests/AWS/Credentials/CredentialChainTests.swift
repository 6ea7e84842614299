import Synchronization
import Testing

@testable import CloudUtil

@Suite struct CredentialChainTests {
  private let clock = FakeClock()

  /// Gives the answers one after the other, the last again and again; waits before each until it may.
  private final class Source: CredentialSource {
    private let answers: [Result<AWSCredentials, CredentialError>]
    private let count = Mutex(0)
    let gate: Gate?

    init(_ answers: [Result<AWSCredentials, CredentialError>], gate: Gate? = nil) {
      self.answers = answers
      self.gate = gate
    }

    var searches: Int { count.withLock { $0 } }

    func search() async throws -> CredentialSearch {
      let number = count.withLock { count in
        count += 1
        return count
      }
      try await gate?.pass()
      return .found(try answers[min(number, answers.count) - 1].get())
    }
  }

  private final class Gate: Sendable {
    private let isOpen = Atomic(false)
    func open() { isOpen.store(true, ordering: .relaxed) }
    func pass() async throws {
      while !isOpen.load(ordering: .relaxed) { try await Task.sleep(for: .milliseconds(1)) }
    }
  }

  private func credentials(_ id: String, after duration: Duration? = nil) -> AWSCredentials {
    AWSCredentials(accessKeyID: id, secretAccessKey: "key", expiration: duration.map { clock.now + $0 })
  }

  @Test("Credentials without an end are searched for once")
  func once() async throws {
    let source = Source([.success(credentials("A")), .success(credentials("B"))])
    let chain = CredentialChain(sources: [source], timing: clock.timing)
    for _ in 0..<3 {
      #expect(try await chain.credentials().accessKeyID == "A")
      clock.advance(.seconds(1_000_000))
    }
    #expect(source.searches == 1)
  }

  @Test("Credentials with an end are renewed five minutes before it")
  func renewal() async throws {
    let source = Source([.success(credentials("A", after: .seconds(3600))), .success(credentials("B"))])
    let chain = CredentialChain(sources: [source], timing: clock.timing)
    #expect(try await chain.credentials().accessKeyID == "A")
    clock.advance(.seconds(3299))
    #expect(try await chain.credentials().accessKeyID == "A")
    clock.advance(.seconds(1))
    #expect(try await chain.credentials().accessKeyID == "B")
  }

  @Test("When they cannot be renewed they serve to their end, and are asked for every half minute; then it is an error")
  func serveToTheEnd() async throws {
    let refusal = CredentialError.refused("place", reason: "down")
    let source = Source([.success(credentials("A", after: .seconds(3600))), .failure(refusal)])
    let chain = CredentialChain(sources: [source], timing: clock.timing)
    _ = try await chain.credentials()
    clock.advance(.seconds(3300))
    for _ in 0..<59 {
      #expect(try await chain.credentials().accessKeyID == "A")
      clock.advance(.seconds(5))
    }
    #expect(source.searches == 1 + 10)
    clock.advance(.seconds(5))
    await #expect(throws: refusal) { try await chain.credentials() }
  }

  @Test("Those that a request was refused with are replaced once, however many requests were")
  func refresh() async throws {
    let source = Source([.success(credentials("A")), .success(credentials("B")), .success(credentials("C"))])
    let chain = CredentialChain(sources: [source], timing: clock.timing)
    let old = try await chain.credentials()
    for _ in 0..<3 { #expect(try await chain.refresh(old).accessKeyID == "B") }
    #expect(try await chain.credentials().accessKeyID == "B")
    #expect(source.searches == 2)
  }

  @Test("Who asks during a search gets what it finds, or why it finds nothing")
  func together() async throws {
    for answer in [Result.success(credentials("A")), .failure(CredentialError.refused("place", reason: "down"))] {
      let gate = Gate()
      let source = Source([answer], gate: gate)
      let chain = CredentialChain(sources: [source], timing: clock.timing)
      await withTaskGroup { group in
        for _ in 0..<20 {
          group.addTask {
            do { return try await chain.credentials().accessKeyID } catch { return "\(error)" }
          }
        }
        try? await Task.sleep(for: .milliseconds(20))
        gate.open()
        for await text in group {
          #expect(text == "A" || text == "place: no AWS credentials: down")
        }
      }
      #expect(source.searches == 1)
    }
  }

  @Test("Who is cancelled during a search does not take it from those who wait for it")
  func cancellation() async throws {
    let gate = Gate()
    let source = Source([.success(credentials("A"))], gate: gate)
    let chain = CredentialChain(sources: [source], timing: clock.timing)
    try await withThrowingTaskGroup(of: String.self) { group in
      let first = Task { try await chain.credentials() }
      try await eventually("the search has begun") { source.searches == 1 }
      group.addTask { try await chain.credentials().accessKeyID }
      try await Task.sleep(for: .milliseconds(20))
      first.cancel()
      await #expect(throws: CancellationError.self) { try await first.value }
      gate.open()
      #expect(try await group.next() == "A")
    }
    #expect(source.searches == 2)
  }

  @Test("The first place that has some ends the search")
  func order() async throws {
    struct Nothing: CredentialSource {
      func search() -> CredentialSearch { .absent(["nothing"]) }
    }
    let last = Source([.success(credentials("B"))])
    let sources: [any CredentialSource] = [Nothing(), Source([.success(credentials("A"))]), last]
    #expect(try await CredentialChain(sources: sources, timing: clock.timing).credentials().accessKeyID == "A")
    #expect(last.searches == 0)
  }
}
