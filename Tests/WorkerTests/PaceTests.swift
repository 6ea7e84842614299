import Control
import Testing

@testable import Worker

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct PaceTests {
  @Test("A batch takes as long as by itself before the first signal, then each factor in turn, the last for good")
  func course() {
    let pace = Pace([4, 1, 2.5])
    #expect((0...5).map { pace.slowed_ns(1000, signals: $0) } == [1000, 4000, 1000, 2500, 2500, 2500])
    #expect(Pace().slowed_ns(1000, signals: 3) == 1000)
    #expect(Pace([10_000]).slowed_ns(.max, signals: 1) == 1_000_000_000_000_000_000)
  }

  @Test(
    "Each signal sets the next pace of a batch that is under way; those from before it was ready have waited, all of them"
  )
  func signalled() {
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, StepSignal.pace.number)
    pthread_sigmask(SIG_BLOCK, &set, nil)
    // To its own thread, so that it has been taken, or waits, when this returns.
    raise(StepSignal.pace.number)
    raise(StepSignal.pace.number)
    let pace = Pace([3, 7, 5])
    #expect(pace.slowed_ns(10) == 70)
    raise(StepSignal.pace.number)
    #expect(pace.slowed_ns(10) == 50)
  }

  @Test("Another signal steps through delays, beside the paces")
  func delayed() {
    let steps = SignalledSteps([20, 0], signal: .delay)
    #expect(steps.current == nil)
    raise(StepSignal.delay.number)
    #expect(steps.current == 20)
    raise(StepSignal.delay.number)
    raise(StepSignal.delay.number)
    #expect(steps.current == 0)
  }

  @Test("Factors are numbers from 1 to 10000")
  func parsing() throws {
    #expect(try Pace.parse(argument: "4,1,2.5") == [4, 1, 2.5])
    for text in ["", "4,", "0.5", "x", "nan", "10001"] {
      #expect(throws: (any Error).self) { try Pace.parse(argument: text) }
    }
  }
}
