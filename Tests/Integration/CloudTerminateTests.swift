import CloudUtil
import Foundation
import Testing

extension CloudTests {
  @Suite("terminate") struct Terminate {
    /// What AWS's own tools print.
    struct Answer: Decodable {
      struct State: Decodable, Equatable {
        var Code: Int
        var Name: String
      }
      struct Change: Decodable {
        var InstanceId: String
        var PreviousState: State
        var CurrentState: State
      }
      var TerminatingInstances: [Change]

      init(_ output: Output) throws { self = try JSONDecoder().decode(Answer.self, from: Data(output.stdout.utf8)) }
    }

    /// Whether nothing that `run_exp` makes is left.
    private func isEmpty(_ bench: CloudBench) async throws -> Bool {
      let region = try await bench.region
      let names = (Array(region.groups.values) + Array(region.keys.values)).map(\.name)
      return try await bench.alive.isEmpty && region.volumes.isEmpty && names.allSatisfy { !$0.hasPrefix("run_exp/") }
    }

    @Test("ends everything from an empty folder and another home, prints AWS's answer, and may be called again")
    func everything() async throws {
      try await CloudBench.use { bench in
        try await bench.must("x.json launch --machines-only")
        let machines = try await bench.alive.map(\.instance).sorted()
        let output = try await bench.must("x.json terminate", as: .elsewhere)
        let changes = try Answer(output).TerminatingInstances
        #expect(changes.map(\.InstanceId).sorted() == machines)
        #expect(changes.allSatisfy { $0.PreviousState == .init(Code: 16, Name: "running") })
        #expect(changes.allSatisfy { $0.CurrentState == .init(Code: 32, Name: "shutting-down") })
        #expect(output.stderr.contains("\(bench.id)/main: nothing of it is left in us-east-1"))
        #expect(try await isEmpty(bench))
        let again = try await bench.must("x.json terminate", as: .elsewhere)
        #expect(try Answer(again).TerminatingInstances.isEmpty)
        #expect(try await bench.must("list").stdout == "no clusters in us-east-1\n")
      }
    }

    @Test("with the credentials of another account, where nothing is, keeps the key of what runs in the first")
    func otherAccount() async throws {
      try await CloudBench.use { bench in
        try await bench.must("x.json launch --machines-only")
        try await CloudBench.use { other in
          let output = try await bench.must("x.json terminate", environment: ["AWS_ENDPOINT_URL": other.endpoint])
          #expect(
            output.stderr.contains("AWS shows no trace of it: if it was with other credentials"), "\(output.stderr)")
        }
        try await bench.must("x.json launch --machines-only")
        #expect(try await bench.machines.count == 5)
      }
    }

    @Test("ends 122 machines, shown in pages of five, of which two are forgotten while it asks")
    func many() async throws {
      try await CloudBench.use { bench in
        try await bench.must("x.json launch --machines-only --set num_models=80")
        let machines = try await bench.alive.map(\.instance)
        let gone = { (message: String) in
          CloudBench.Rule(
            fault: "error", actions: ["TerminateInstances"], times: 1, code: "InvalidInstanceID.NotFound",
            message: message)
        }
        try await bench.fail([
          .init(fault: "partial_pages", size: 5), gone("The instance ID '\(machines[7])' does not exist"),
          gone("The instance IDs '\(machines[9]), \(machines[110])' do not exist"),
        ])
        let output = try await bench.must("x.json terminate")
        #expect(try Answer(output).TerminatingInstances.count == 122)
        #expect(try await isEmpty(bench))
      }
    }

    @Test("is interrupted with 130 and says that machines go on; called again it ends them")
    func interrupted() async throws {
      try await CloudBench.use { bench in
        try await bench.must("x.json launch --machines-only")
        try await bench.fail([], lifecycle: ["shutting_down_s": 60])
        let run = try bench.start(["x.json", "terminate"])
        #expect(try await bench.eventually { try await bench.alive.isEmpty })
        run.interrupt()
        let output = try await run.end()
        #expect(output.termination == .exited(130), "\(output.stderr)")
        #expect(output.stderr.contains("run_exp x.json terminate"), "\(output.stderr)")
        #expect(!output.stderr.contains("nothing of it is left"))
        #expect(try Answer(output).TerminatingInstances.count == 5)
        try await bench.must("x.json terminate", as: .elsewhere)
        #expect(try await isEmpty(bench))
      }
    }

    @Test("prints what was ended though one machine is protected against it, and names that one")
    func protected() async throws {
      try await CloudBench.use { bench in
        try await bench.must("x.json launch --machines-only")
        let refusal = { (times: Int) in
          CloudBench.Rule(
            fault: "error", actions: ["TerminateInstances"], times: times, code: "OperationNotPermitted",
            message: "The instance may not be terminated.")
        }
        // All of them at once, then the first that is asked for alone.
        try await bench.fail([refusal(2)])
        let output = try await bench.run("x.json terminate")
        #expect(output.termination == .exited(69), "\(output.stderr)")
        #expect(try Answer(output).TerminatingInstances.count == 4)
        #expect(try await bench.alive.count == 1)
        #expect(output.stderr.contains("OperationNotPermitted: The instance may not be terminated."))
      }
    }

    @Test("and list and extend need the program alone, a region and credentials; launch says what is missing")
    func alone() async throws {
      try await CloudBench.use { bench in
        try await bench.must("x.json launch --machines-only")
        let alone = ["RUN_EXP_HOME": bench.folder.appending(path: "there").path]
        let list = try await bench.must("list", as: .elsewhere, environment: alone)
        #expect(list.stdout.contains("3 worker c5.xlarge running"), "\(list.stdout)")
        #expect(list.stdout.hasSuffix("region us-east-1; no prices are known\n"), "\(list.stdout)")
        #expect(list.stdout.contains("unknown"))
        try await bench.must("x.json extend --hours 20", as: .elsewhere, environment: alone)
        for verb in ["launch --machines-only", "plan"] {
          let refused = try await bench.run("x.json \(verb)", as: .elsewhere, environment: alone)
          #expect(refused.termination == .exited(69) && refused.stderr.contains("has no run/models"))
        }
        // With models and without a cluster file.
        try FileManager.default.createDirectory(
          at: bench.folder.appending(path: "there/run/models"), withIntermediateDirectories: true)
        let launch = try await bench.run("x.json launch --machines-only", as: .elsewhere, environment: alone)
        #expect(launch.termination == .exited(65) && launch.stderr.contains("run/cluster.yml: no such file"))
        let output = try await bench.must("x.json terminate", as: .elsewhere, environment: alone)
        #expect(try Answer(output).TerminatingInstances.count == 5)
        #expect(try await isEmpty(bench))
      }
    }

    @Test("ends what an interrupted launch has made")
    func interruptedLaunch() async throws {
      try await CloudBench.use(rules: [.init(fault: "never_runs")]) { bench in
        let run = try bench.start(["x.json", "launch", "--machines-only"])
        #expect(try await bench.eventually { try await bench.alive.count == 5 })
        run.interrupt()
        let output = try await run.end()
        #expect(output.termination == .exited(130))
        #expect(output.stderr.contains("run_exp x.json terminate"), "\(output.stderr)")
        try await bench.must("x.json terminate", as: .elsewhere)
        #expect(try await isEmpty(bench))
      }
    }

    @Test("touches no other cluster, however alike the names")
    func others() async throws {
      try await CloudBench.use { bench in
        let others = ["--cluster main2", "--set experiment_id=\(bench.id)2", "--set experiment_id=cloud"]
        for other in others { try await bench.must("x.json launch --machines-only \(other)") }
        try await bench.must("x.json launch --machines-only")
        #expect(try await bench.alive.count == 20)
        try await bench.must("x.json terminate")
        #expect(try await bench.alive.count == 15)
        #expect(try await bench.region.groups.values.filter { $0.name.hasPrefix("run_exp/") }.count == 3)
        #expect(try await bench.region.keys.count == 3)
        for other in others { try await bench.must("x.json terminate \(other)") }
        #expect(try await isEmpty(bench))
      }
    }
  }
}
