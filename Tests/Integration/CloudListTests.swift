import CloudUtil
import Foundation
import Testing

extension CloudTests {
  @Suite("list, extend and terminate --expired") struct Lists {
    struct List: Decodable {
      struct Cluster: Decodable {
        var experiment: String
        var cluster: String
        var owner: String
        var machines: [String]
        var instances: [String]
        var zones: [String]
        var age_s: Int?
        var expires: String?
        var cost_usd: Double?
      }
      var clusters: [Cluster]
    }

    private func list(_ bench: CloudBench, _ words: String = "list --json") async throws -> [List.Cluster] {
      try JSONDecoder().decode(List.self, from: Data(try await bench.must(words, as: .elsewhere).stdout.utf8)).clusters
    }

    @Test("show every cluster from anywhere, move its end, and end those alone whose time is over")
    func clusters() async throws {
      try await CloudBench.use { bench in
        try await bench.must("x.json launch --machines-only")
        try bench.write("here/short.yml", CloudBench.clusterFile + "lifetime_h: 0.0004\n")
        try await bench.must("x.json launch --machines-only --set experiment_id=brief --cluster-file short.yml")

        let found = try await list(bench)
        #expect(found.map(\.experiment) == ["brief", bench.id])
        #expect(found.allSatisfy { $0.cluster == "main" && $0.owner.hasPrefix("ada@") && $0.zones == ["us-east-1b"] })
        #expect(
          found[1].machines == [
            "1 client c5.large running", "1 frontend c5.large running", "3 worker c5.xlarge running",
          ])
        #expect(Set(found[1].instances).count == 5 && (found[1].age_s ?? -1) >= 0)
        let cost = try #require(found[1].cost_usd)
        #expect(cost >= 0 && cost < 0.68 * 60 / 3600, "0.68 USD an hour, since a moment")
        #expect(try await list(bench, "x.json list --json").map(\.experiment) == [bench.id])
        let text = try await bench.must("list", as: .elsewhere).stdout
        for words in ["brief", bench.id, "3 worker c5.xlarge running", "us-east-1b", "$0.00", "ada@"] {
          #expect(text.contains(words), "\(text)")
        }

        let before = try #require(found[1].expires.flatMap(UTCTime.init(iso8601:)))
        let extended = try await bench.must("x.json extend --hours 20")
        let after = try #require(try await list(bench)[1].expires.flatMap(UTCTime.init(iso8601:)))
        #expect(abs((after - before) / .seconds(3600) - 8) < 0.1)
        #expect(extended.stdout == "\(bench.id)/main: 5 machines end themselves at \(after)\n")
        #expect(
          Set(
            try await bench.boto(
              "for r in ec2.describe_instances(Filters=[{'Name': 'tag:EXP_ID', 'Values': ['\(bench.id)']}])['Reservations']:\n"
                + "  for i in r['Instances']: print([t['Value'] for t in i['Tags'] if t['Key'] == 'run_exp:expires'][0])"
            ).split(separator: "\n").map(String.init)) == [after.iso8601])
        // It never shortens.
        #expect(try await bench.must("x.json extend --hours 1").stdout == extended.stdout)

        let end = try #require(found[0].expires.flatMap(UTCTime.init(iso8601:)))
        try await Task.sleep(for: max(.zero, end - .now) + .milliseconds(100))
        let ended = try await bench.must("terminate --expired", as: .elsewhere)
        #expect(try Terminate.Answer(ended).TerminatingInstances.count == 5)
        #expect(try await list(bench).map(\.experiment) == [bench.id])
        #expect(try await bench.roles() == ["frontend": 1, "worker": 3, "client": 1])
        #expect(try Terminate.Answer(try await bench.must("terminate --expired")).TerminatingInstances.isEmpty)
      }
    }

    @Test("say that there is no cluster to extend, and how to get one")
    func nothing() async throws {
      try await CloudBench.use { bench in
        let output = try await bench.run("x.json extend --hours 3")
        #expect(output.termination == .exited(65))
        #expect(output.stderr.contains("there is no cluster \(bench.id)/main in this region"), "\(output.stderr)")
      }
    }
  }
}
