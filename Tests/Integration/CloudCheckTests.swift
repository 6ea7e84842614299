import CloudUtil
import Foundation
import Testing

extension CloudTests {
  @Suite("plan") struct Plan {
    @Test("asks nobody, and shows machines, vCPUs and price")
    func plan() async throws {
      try await CloudBench.use { bench in
        let text = try await bench.must("x.json plan").stdout
        for words in [
          "cloud: 5 machines in us-east-1, in zones us-east-1b, then us-east-1a",
          "worker           3  c5.xlarge     12  0.510", "16 vCPUs of Running On-Demand Standard", "0.680 USD/h",
        ] { #expect(text.contains(words), "\(text)") }
        let json = try await bench.must("x.json plan --json").stdout
        #expect(json.contains(#""machines":5"#) && json.contains(#""vcpus":16"#), "\(json)")
        #expect(try await bench.calls.isEmpty)
        #expect(try await bench.run("x.json plan", environment: ["AWS_SECRET_ACCESS_KEY": nil]).termination.isSuccess)
      }
    }

    @Test("--check asks with DryRun alone, and ends with 69 and the action that is refused")
    func check() async throws {
      try await CloudBench.use { bench in
        let output = try await bench.must("x.json plan --check")
        #expect(
          output.stdout.hasSuffix("client: would be launched\nfrontend: would be launched\nworker: would be launched\n")
        )
        let refusal = CloudBench.Rule(fault: "UnauthorizedOperation", actions: ["RunInstances"])
        try await bench.fail([refusal])
        let refused = try await bench.run("x.json plan --check --json")
        #expect(refused.termination == .exited(69))
        #expect(refused.stderr.contains("the credentials lack the permission ec2:RunInstances"), "\(refused.stderr)")
        #expect(
          refused.stderr.contains("to try again:        run_exp x.json plan --check --json\n"), "\(refused.stderr)")
        for line in refused.stdout.split(separator: "\n") {
          #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line.utf8)) }
        }
        for call in try await bench.calls where !call.action.hasPrefix("Describe") {
          #expect(call.action == "RunInstances" && call.parameters["DryRun"] == "true" && !call.effect)
        }
        #expect(try await bench.machines.isEmpty)
      }
    }
  }
}
