import CloudUtil
import Testing

@testable import Runner

@Suite struct WaitingTests {
  @Test("Who waits for hosts is told why each has not let us in")
  func waiting() {
    let waiting = Waiting(for: ["b", "a"])
    #expect(waiting.lines == ["  a", "  b"])
    waiting.note(.refused(host: "u@b"), of: "b")
    waiting.note(.unreachable(host: "u@b", reason: "no route"), of: "b")
    #expect(waiting.lines == ["  a", "  b: u@b cannot be reached by ssh: no route"])
    waiting.end(of: "a")
    #expect(waiting.lines.count == 1)
  }
}
