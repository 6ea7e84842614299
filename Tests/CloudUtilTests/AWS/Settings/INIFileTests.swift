import Foundation
import Testing

@testable import CloudUtil

@Suite struct INIFileTests {
  private struct Reference: Decodable {
    var text: String
    var sections: [String: [String: String]]?
  }

  /// `RUN_EXP_SEED` runs another.
  private static let seed = ProcessInfo.processInfo.environment["RUN_EXP_SEED"] ?? "20261121"

  @Test(
    "5,000 random files are read as botocore reads them, and refused where it refuses them",
    .enabled(if: ReferencePython.isThere || isAllRequired, "needs Scripts/python"))
  func randomFiles() throws {
    let output = try ReferencePython.run(script: "read_ini.py", [INIFileTests.seed, "5000"])
    let decoder = JSONDecoder()
    var (count, read) = (0, 0)
    for line in output.split(separator: UInt8(ascii: "\n")) {
      let reference = try decoder.decode(Reference.self, from: line)
      let sections = try? INIFile(reference.text).sections
      try #require(sections == reference.sections, "file \(count) of seed \(INIFileTests.seed): \(reference.text)")
      count += 1
      if sections != nil { read += 1 }
    }
    #expect(count == 5000)
    #expect(read > 500)
  }

  @Test("A value of several lines is a table of its own")
  func nested() throws {
    let file = try INIFile("[services x]\nec2 =\n  endpoint_url = http://a\n\n  b=c=d\ns3 = 1\n")
    let value = try #require(file.sections["services x"]?["ec2"])
    #expect(INIFile.nested(value) == ["endpoint_url": "http://a", "b": "c=d"])
    #expect(INIFile.nested("1") == nil)
  }

  @Test(
    "What cannot be read is told by its line, which is not quoted",
    arguments: [
      ("[default]\nkey = a\nSECRET\n", 3), ("SECRET = a\n", 1), ("[a]\nk = 1\nk = SECRET\n", 3), ("[a]\n[a]\n", 2),
      ("[a]\n= SECRET\n", 2),
    ])
  func malformed(text: String, line: Int) {
    let error = #expect(throws: INIFile.Malformed.self) { try INIFile(text) }
    #expect(error?.line == line)
    #expect(error?.reason.contains("SECRET") == false)
  }
}
