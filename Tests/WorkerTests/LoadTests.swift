import Foundation
import Serving
import Testing

@testable import Worker

@Suite struct LoadTests {
  private func draw(_ file: String) throws -> [Double] {
    var times = try ServiceTimes(reading: ServiceTime(kind: .empirical, file: file), seed: 1, worker: 0)
    return (0..<10_000).map { _ in Double(times.next_ns()) / 1e6 }
  }

  @Test("Empirical service times are those of the file; a file that cannot be used is refused with its line")
  func empirical() throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("times")
      func write(_ text: String) throws { try Data(text.utf8).write(to: file) }
      try write("1.5\r\n20\n\n 300 \n")
      #expect(try Set(draw(file.path)) == [1.5, 20, 300])
      for text in ["1\nx\n", "-1", "nan", "1 2", "", "\n"] {
        try write(text)
        #expect(throws: StartFailure.self, "\(text)") { try draw(file.path) }
      }
      #expect(throws: StartFailure.self) { try draw(folder.path + "/missing") }
    }
  }
}
