import CloudUtil
import Foundation
import Testing

@testable import Runner

@Suite struct InventoryTests {
  private func entry(_ name: String) -> Inventory.Entry { .init(name: name, address: "10.0.0.1", user: "u", port: 22) }

  private var inventory: Inventory {
    Inventory(
      cluster: "main", frontend: "a",
      hosts: ["frontend": [entry("a")], "worker": [entry("b"), entry("c")], "client": [entry("a")]],
      on_host_loss: .goOn, git: nil)
  }

  @Test("A host needs the images of the roles that it has, and no others")
  func images() {
    #expect(inventory.programs(of: "a") == ["frontend", "redis", "client"])
    #expect(inventory.programs(of: "b") == ["worker"])
    #expect(inventory.programs(of: "z").isEmpty)
  }

  @Test("It goes on without hosts that are lost as long as each role has one")
  func loss() {
    #expect(inventory.without(["b"])?.hosts["worker"]?.map(\.name) == ["c"])
    #expect(inventory.without(["b", "c"]) == nil)
    #expect(inventory.without(["a"]) == nil)
    #expect(inventory.others.map(\.name) == ["b", "c"])
  }

  @Test("It comes back from its file as it was written; another file is an error that names it")
  func file() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "hosts-\(randomHex(bytes: 4)).json")
    defer { try? FileManager.default.removeItem(at: file) }
    try inventory.text.write(to: file, atomically: true, encoding: .utf8)
    #expect(try Inventory.read(from: file.path) == inventory)
    try "{}".write(to: file, atomically: true, encoding: .utf8)
    let failure = #expect(throws: Failure.self) { try Inventory.read(from: file.path) }
    #expect(failure?.description.hasPrefix("\(file.path): cannot be read") == true)
  }

  @Test("Components are dealt out to the hosts of their role in turn, each trial's hosts named once")
  func placement() throws {
    let shell = LocalShell()
    func host(_ name: String) -> CloudUtil.Host { CloudUtil.Host(name: name, address: name, shell: shell) }
    let fleet = Fleet(hosts: [
      Role("frontend"): [host("f")], Role("worker"): [host("w0"), host("w1"), host("w2")], Role("client"): [host("f")],
    ])
    let placement = try Placement(fleet)
    #expect((0..<5).map { placement.worker($0).name } == ["w0", "w1", "w2", "w0", "w1"])
    #expect(placement.client(3).name == "f")
    #expect(placement.hosts(workers: 2, clients: 1).map(\.name) == ["f", "w0", "w1"])
    let failure = #expect(throws: Failure.self) { try Placement(Fleet(hosts: [Role("frontend"): [host("f")]])) }
    #expect(failure?.description == "there is no machine for the worker")
  }

  @Test("Images are carried where they are missing or of another build")
  func carrying() async throws {
    let wanted = ["run_exp-worker:latest": "sha256:1", "run_exp-client:latest": "sha256:2"]
    #expect(ImageCarrier.missing(wanted, at: ["run_exp-worker:latest": "sha256:1"]) == ["run_exp-client:latest"])
    #expect(ImageCarrier.missing(wanted, at: ["run_exp-worker:latest": "sha256:0"]).count == 2)
    #expect(ImageCarrier.ids("a sha256:1\n\nb sha256:2\nbroken\n") == ["a": "sha256:1", "b": "sha256:2"])
    // The words of ssh come through whatever is in them.
    let carry = ImageCarrier.carry(["a", "b"], ssh: ["sh", "-c", #"cat >/dev/null; echo "$0""#], isFar: true)
    #expect(carry.arguments.suffix(3) == ["sh", "-c", #"cat >/dev/null; echo "$0""#])
    #expect(carry.arguments[3...5] == ["2", "a", "b"])
  }

  @Test("A status says how far a run is")
  func status() throws {
    var status = RunStatus(launch: "x", trials: 54, left_s: 725, now: 0)
    #expect(status.words == "trial 1 of 54, up to \(PlanText.duration(725)) left")
    status.sending = ProgressBar(label: "trial 1 of 54: coded, 300/s", elapsed_s: 30, total_s: 120)
    #expect(status.words.hasSuffix(" left\n\(status.sending?.text ?? "")"))
    status.state = .finished
    #expect(status.words == "all 54 trials are finished" && status.ended == status)
    #expect(throws: Failure.self) { try RunStatus("{\"state\":") }
  }
}
