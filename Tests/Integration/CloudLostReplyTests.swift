import CloudUtil
import Foundation
import Testing

extension CloudTests {
  @Suite("A launch whose replies are lost") struct LostReplies {
    @Test("asks what exists, says what it costs, and how to end it", arguments: ["c5.xlarge", nil])
    func existing(type: String?) async throws {
      let rule = CloudBench.Rule(fault: "lost_reply", actions: ["RunInstances"], types: type.map { [$0] })
      try await CloudBench.use(rules: [rule]) { bench in
        let output = try await bench.run("x.json launch --machines-only")
        #expect(output.termination == .exited(69))
        #expect(try await bench.alive.count == 5)
        for words in [
          "of cloud-test/main there exist now: 1 client ", ", 1 frontend ", ", 3 worker ",
          "; they cost $0.68 an hour\n",
          "to end all of it:    run_exp x.json terminate\n",
        ] { #expect(output.stderr.contains(words), "\(words) is not in:\n\(output.stderr)") }
        #expect(!output.stderr.contains("may exist, too"), "\(output.stderr)")
      }
    }

    @Test("says what may exist beside what AWS shows")
    func hidden() async throws {
      let rules: [CloudBench.Rule] = [
        .init(fault: "invisible", actions: ["RunInstances"], seconds: [10_000, 10_000]),
        .init(fault: "lost_reply", actions: ["RunInstances"], types: ["c5.xlarge"]),
      ]
      try await CloudBench.use(rules: rules) { bench in
        let output = try await bench.run("x.json launch --machines-only")
        #expect(output.termination == .exited(69))
        #expect(output.stderr.contains("exist now: 1 client pending, 1 frontend pending; they cost $0.17 an hour\n"))
        #expect(
          output.stderr.contains("\nmay exist, too, and cost, for AWS has not answered: 3 worker c5.xlarge\n"),
          "\(output.stderr)")
      }
    }

    @Test("and then refused for want of room makes no second machine in another zone")
    func refusedAfterwards() async throws {
      let rules: [CloudBench.Rule] = [
        .init(fault: "invisible", actions: ["RunInstances"], seconds: [20, 20]),
        .init(fault: "lost_reply", actions: ["RunInstances"], types: ["c5.xlarge"], times: 1),
        .init(
          fault: "error", actions: ["RunInstances"], types: ["c5.xlarge"], times: 1, after: 1,
          code: "InsufficientInstanceCapacity"),
      ]
      try await CloudBench.use(rules: rules) { bench in
        try await bench.must("x.json launch --machines-only")
        #expect(try await bench.machines.count == 5)
      }
    }
  }

  @Suite("A launch after one that died") struct AfterDeath {
    @Test("with another key is refused, though the machines that let the first key in cannot be seen yet")
    func otherKey() async throws {
      let hidden = CloudBench.Rule(fault: "invisible", actions: ["RunInstances"], seconds: [20, 20])
      try await CloudBench.use(rules: [hidden]) { bench in
        let first = try bench.start(["x.json", "launch", "--machines-only"])
        #expect(try await bench.eventually { try await bench.alive.count == 5 })
        first.interrupt()
        _ = try await first.end()
        let other = try await bench.run("x.json launch --machines-only", as: .elsewhere)
        #expect(other.termination == .exited(65), "\(other.stderr)")
        #expect(other.stderr.contains("the machines of cluster cloud-test/main let another key in than"))
        // Whose key it is goes on.
        try await bench.must("x.json launch --machines-only")
        #expect(try await bench.machines.count == 5)
      }
    }
  }

  @Suite("Tags that somebody else wrote") struct ForeignTags {
    @Test("end no cluster, and touch no folder")
    func expired() async throws {
      try await CloudBench.use { bench in
        try await bench.must("x.json launch --machines-only")
        let documents = bench.folder.appending(path: "home/Documents/thesis")
        try FileManager.default.createDirectory(at: documents, withIntermediateDirectories: true)
        for (experiment, cluster) in [("*", "*"), ("cloud-tes?", "main"), ("../../../../../../Documents", "thesis")] {
          _ = try await bench.boto(
            """
            tags = {'EXP_ID': '\(experiment)', 'run_exp:cluster': '\(cluster)', 'run_exp:expires': '2020-01-01T00:00:00Z'}
            ec2.run_instances(ImageId='ami-0deb1200000000003', InstanceType='t3.nano', MinCount=1, MaxCount=1,
              TagSpecifications=[{'ResourceType': 'instance', 'Tags': [{'Key': k, 'Value': v} for k, v in tags.items()]}])
            """)
        }
        #expect(try await bench.alive.count == 8)
        try await bench.must("terminate --expired")
        #expect(try await bench.alive.count == 8)
        #expect(FileManager.default.fileExists(atPath: documents.path))
      }
    }

    @Test("Whoever ends one machine of a launch ends not the cluster: its key stays, and the machine is named")
    func oneMachine() async throws {
      let slow = CloudBench.Rule(fault: "slow_pending", seconds: [200, 200])
      try await CloudBench.use(rules: [slow]) { bench in
        let run = try bench.start(["x.json", "launch", "--machines-only"])
        #expect(try await bench.eventually { try await bench.alive.count == 5 })
        let machine = try #require(try await bench.alive.first { $0.role == "worker" }).instance
        _ = try await bench.boto("ec2.terminate_instances(InstanceIds=['\(machine)'])")
        let output = try await run.end()
        #expect(output.termination == .exited(69))
        #expect(
          output.stderr.contains("somebody terminated \(machine) while cluster cloud-test/main"), "\(output.stderr)")
        #expect(output.stderr.contains("2 worker pending; they cost"), "\(output.stderr)")
        #expect(try await bench.region.keys.values.map(\.name) == ["run_exp/cloud-test/main"])
      }
    }
  }
}
