import CloudUtil
import Foundation
import Testing

@testable import Runner

@Suite struct UncollectedResultsTests {
  @Test("Counted are finished trials that are not here; of what nobody says there is no warning")
  func count() async throws {
    let home = FileManager.default.temporaryDirectory.appending(path: "run_exp-uncollected-\(randomHex(bytes: 6))")
    defer { try? FileManager.default.removeItem(at: home) }
    let cluster = ClusterFolder(path: home.path + "/cluster")
    let here = home.path + "/results"
    func finish(_ path: String, in root: String) throws {
      let folder = URL(filePath: "\(root)/cluster/e/\(path)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data(#"{"fingerprint": "f"}"#.utf8).write(to: folder.appending(path: "summary.json"))
    }
    func count(_ shell: any RemoteShell = LocalShell()) async -> Int? {
      await UncollectedResults.count(of: cluster, on: shell, lackingIn: here)
    }
    #expect(await count() == 0)
    for path in ["rate_1/it_0/0", "rate_1/it_1/0", "rate_2/it_0/0", "rate_2/it_1/0.partial", "rate_2/it_2/0.replaced"] {
      try finish(path, in: cluster.results)
    }
    try finish("rate_1/it_0/0", in: here)
    #expect(await count() == 2)
    #expect(await count(ScriptedShell.away) == nil)
  }
}
