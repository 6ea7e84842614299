import Foundation
import Testing

@testable import CloudUtil

@Suite struct InterruptionTests {
  @Test("Signals are events, also those before anyone listened, and end nothing")
  func events() async throws {
    let first = try Interruption.events([SIGUSR2])
    kill(getpid(), SIGUSR2)
    for await number in first {
      #expect(number == SIGUSR2)
      break
    }
    // The first listener has stopped listening; the signal is still no danger to the process.
    kill(getpid(), SIGUSR2)
    var later = try Interruption.events([SIGUSR2]).makeAsyncIterator()
    #expect(await later.next() == SIGUSR2)
    #expect(await later.next() == SIGUSR2)
  }
}
