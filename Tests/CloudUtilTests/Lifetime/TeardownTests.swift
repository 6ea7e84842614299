import Synchronization
import Testing

@testable import CloudUtil

@Suite struct TeardownTests {
  private struct Cause: Error, Equatable {}
  private struct Consequence: Error, Equatable {}

  @Test("The teardown runs after success, and its error counts")
  func success() async throws {
    let steps = Mutex<[String]>([])
    let result = try await withTeardown {
      steps.withLock { $0.append("work") }
      return 3
    } teardown: {
      steps.withLock { $0.append("down") }
    }
    #expect(result == 3)
    #expect(steps.withLock { $0 } == ["work", "down"])
    await #expect(throws: Consequence()) {
      try await withTeardown {
        3
      } teardown: {
        throw Consequence()
      }
    }
  }

  @Test("The teardown runs after an error and never hides it")
  func failure() async {
    let isDown = Flag()
    await #expect(throws: Cause()) {
      try await withTeardown {
        throw Cause()
      } teardown: {
        isDown.raise()
        throw Consequence()
      }
    }
    #expect(isDown.isRaised)
  }

  @Test("The teardown of a cancelled task can still wait")
  func cancellation() async throws {
    let isDown = Flag()
    await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await withTeardown {
          try await Task.sleep(for: .seconds(100))
        } teardown: {
          #expect(!Task.isCancelled)
          try await Task.sleep(for: .milliseconds(5))
          isDown.raise()
        }
      }
      group.cancelAll()
      await #expect(throws: CancellationError.self) { try await group.waitForAll() }
    }
    #expect(isDown.isRaised)
  }
}

private final class Flag: Sendable {
  private let value = Atomic(false)
  func raise() { value.store(true, ordering: .relaxed) }
  var isRaised: Bool { value.load(ordering: .relaxed) }
}
