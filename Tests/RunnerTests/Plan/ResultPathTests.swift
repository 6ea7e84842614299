import Foundation
import Testing

@testable import Runner

@Suite("A result path")
struct ResultPathTests {
  @Test("is the original's")
  func original() throws {
    let sweep = Sweep(try Sample.experiment())
    let path = ResultPath(environment: .local, finalDir: "0", hasSeveralQueueModes: sweep.hasSeveralQueueModes)
    #expect(
      path.folder(of: sweep.trials[0])
        == "results/local/ParM/wt_c5.xlarge/bm_resnet18/bg_0/bs_1/rate_3/k_2/nq_304/mode_equal/it_0/0")
  }

  @Test("tells queue modes apart where there are several, and is different for every trial")
  func unique() throws {
    let sweep = try SweepTests.everyListTwice()
    let path = ResultPath(environment: .local, finalDir: "x", hasSeveralQueueModes: sweep.hasSeveralQueueModes)
    let folders = sweep.trials.map(path.folder)
    #expect(Set(folders).count == sweep.trials.count)
    #expect(folders[8].contains("/nq_304/qm_rr/mode_equal/") || folders[8].contains("/qm_rr/mode_equal/"))
    #expect(folders[4].contains("/rate_20.5/"))
  }

  @Test(
    "has a level for a model file that stays one level",
    arguments: [
      ("a/linear.pt", "linear"), ("../my model.pt", "my_model"), ("/x/.pt", "_"), ("resnet18", "resnet18"),
      ("x/..", "_."),
    ])
  func modelFiles(model: String, level: String) {
    #expect(ResultPath.modelName(model) == level)
    #expect(FolderName.isValid(level))
  }
}

@Suite("A fingerprint")
struct FingerprintTests {
  @Test("is the same for a trial at another place of the sweep, and another for anything else")
  func identity() throws {
    func fingerprint(_ trial: Trial, _ environment: [String: String] = ["machine": "a"]) throws -> String {
      try Fingerprint.of(trial, environment: environment)
    }
    let trial = Sweep(try Sample.experiment()).trials[0]
    var moved = trial
    moved.index = 7
    #expect(try fingerprint(trial) == fingerprint(moved))
    #expect(try fingerprint(trial) != fingerprint(trial, ["machine": "b"]))
    let others = Sweep(try Sample.experiment(["slo_ms": "5"])).trials
    #expect(try fingerprint(trial) != fingerprint(others[0]))
    #expect(try fingerprint(others[0]) != fingerprint(others[1]))
  }

  @Test("is of a trial that survives being written and read")
  func codable() throws {
    for trial in try SweepTests.everyListTwice().trials {
      #expect(try JSONDecoder().decode(Trial.self, from: JSONEncoder().encode(trial)) == trial)
    }
  }

  @Test("A path of results is known however it is written, and no other")
  func relative() {
    let here = FileManager.default.currentDirectoryPath
    for root in ["results", "\(here)/results"] {
      let results = ResultPath(root: root, environment: .cluster, finalDir: "0", hasSeveralQueueModes: false)
      for path in ["results/a/b", "./results/a/b/", "results//a/./b", "\(here)/results/a/b", "results/c/../a/b"] {
        #expect(results.relative(path) == "a/b", "\(path)")
      }
      for path in ["results", "results/../a", "other/a", "/results/a", "resultsx/a", ""] {
        #expect(results.relative(path) == nil, "\(path)")
      }
    }
  }
}
