import Testing

extension CloudTests {
  @Suite("A launch of a cluster that is there") struct Firewall {
    @Test("moves ssh to where it is called now although the replies about the rules are lost")
    func lostRules() async throws {
      try await CloudBench.use { bench in
        try await bench.must("x.json launch --machines-only")
        try bench.write(
          "here/run/cluster.yml", CloudBench.clusterFile.replacing("203.0.113.0/24", with: "198.51.100.7/32"))
        let actions = ["AuthorizeSecurityGroupIngress", "RevokeSecurityGroupIngress"]
        try await bench.fail(actions.map { .init(fault: "lost_reply", actions: [$0], times: 1) })
        try await bench.must("x.json launch --machines-only")
        #expect(try await rules(bench) == ["198.51.100.7/32"])
        let outcomes = try await bench.calls.filter { $0.action == "RevokeSecurityGroupIngress" }.map(\.outcome)
        #expect(outcomes.prefix(2) == ["lost reply", "InvalidPermission.NotFound"])
      }
    }

    @Test("opens ssh by the rules that stand when it is its turn")
    func rulesMeanwhile() async throws {
      try await CloudBench.use { bench in
        try await bench.must("x.json launch --machines-only")
        // It waits for its lease until somebody has changed the rules, and made a group of another name.
        try await bench.holdTogether("CreateSecurityGroup", count: 2)
        let before = try await bench.calls.count { $0.action == "CreateSecurityGroup" }
        let run = try bench.start(["x.json", "launch", "--machines-only"])
        #expect(
          try await bench.eventually {
            try await bench.calls.count { $0.action == "CreateSecurityGroup" } > before
          })
        _ = try await bench.boto(
          """
          group = ec2.describe_security_groups(Filters=[{'Name': 'tag:EXP_ID', 'Values': ['\(bench.id)']},
              {'Name': 'ip-permission.protocol', 'Values': ['tcp']}])['SecurityGroups'][0]
          ec2.revoke_security_group_ingress(GroupId=group['GroupId'],
              IpPermissions=[p for p in group['IpPermissions'] if p['IpProtocol'] == 'tcp'])
          ec2.create_security_group(GroupName='other', Description='other')
          """)
        #expect(try await run.end().termination == .exited(0))
        #expect(try await rules(bench) == ["203.0.113.0/24"])
      }
    }

    /// From where ssh is let in.
    private func rules(_ bench: CloudBench) async throws -> [String] {
      try await bench.boto(
        """
        for group in ec2.describe_security_groups(Filters=[{'Name': 'tag:EXP_ID', 'Values': ['\(bench.id)']}])['SecurityGroups']:
            for rule in group['IpPermissions']:
                for range in rule['IpRanges']: print(range['CidrIp'])
        """
      ).split(separator: "\n").map(String.init)
    }
  }
}
