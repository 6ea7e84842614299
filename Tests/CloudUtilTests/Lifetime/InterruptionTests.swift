import Foundation
import Testing

@testable import CloudUtil

@Suite struct InterruptionTests {
  @Test("Signals are events in their order, also those before anyone listened, and end nothing")
  func events() async throws {
    let interruption = Interruption([SIGUSR2])
    kill(getpid(), SIGUSR2)
    var events = interruption.events().makeAsyncIterator()
    #expect(await events.next() == SIGUSR2)
    // The first listener has stopped listening; the signal is still no danger to the process.
    kill(getpid(), SIGUSR2)
    #expect(await events.next() == SIGUSR2)
    var late = interruption.events().makeAsyncIterator()
    #expect(await late.next() == SIGUSR2)
    #expect(await late.next() == SIGUSR2)
  }
}
