import CloudUtil
import Foundation
import Testing

extension CloudTests {
  @Suite("launch") struct Launch {
    @Test("gets the machines asked for, tagged, encrypted and closed in the call that makes them, and nothing else")
    func machines() async throws {
      try await CloudBench.use { bench in
        let before = UTCTime.now
        let output = try await bench.must("x.json launch --machines-only")
        let machines = try await bench.alive
        #expect(try await bench.roles() == ["frontend": 1, "worker": 3, "client": 1])
        for machine in machines {
          #expect(machine.state == "running" && machine.zone == "us-east-1b")
          #expect(machine.type == (machine.role == "worker" ? "c5.xlarge" : "c5.large"))
          #expect(machine.tags["EXP_ID"] == bench.id && machine.tags["run_exp:cluster"] == "main")
          #expect(machine.tags["Name"] == "\(bench.id)-main-\(machine.role)")
          #expect(machine.tags["run_exp:owner"]?.hasPrefix("ada@") == true)
          #expect(machine.tags["run_exp:run"]?.isEmpty == false && machine.tags["run_exp:token"] == machine.token)
          let expires = try #require(machine.tags["run_exp:expires"].flatMap(UTCTime.init(iso8601:)))
          #expect(abs(expires.seconds - (before.seconds + 12 * 3600)) < 60)
          // Whoever launched sees each of them.
          #expect(output.stdout.contains("\n\(machine.role)") && output.stdout.contains("  \(machine.instance)  "))
        }
        #expect(Set(try await bench.region.volumes.values.compactMap { $0.tags["EXP_ID"] }) == [bench.id])

        let calls = try await bench.calls
        let launches = calls.filter { $0.action == "RunInstances" }
        // One for each role: the zone had room, and all of a role are asked for at once.
        #expect(launches.count == 3 && Set(launches.map { $0.parameters["ClientToken"] }).count == 3)
        for call in launches {
          let has = { (name: String) in call.parameters[name] }
          #expect(has("MinCount") == has("MaxCount") && has("ImageId") == "ami-0deb1200000000003")
          #expect(has("MetadataOptions.HttpTokens") == "required")
          #expect(has("BlockDeviceMapping.1.Ebs.Encrypted") == "true")
          #expect(has("BlockDeviceMapping.1.Ebs.DeleteOnTermination") == "true")
          #expect(has("InstanceInitiatedShutdownBehavior") == "terminate")
          let script = Data(base64Encoded: has("UserData") ?? "").map { String(decoding: $0, as: UTF8.self) } ?? ""
          #expect(
            script.contains("run_exp-expire.timer") && script.contains(machines[0].tags["run_exp:expires"] ?? "-"))
        }
        let rules = calls.filter { $0.action == "AuthorizeSecurityGroupIngress" }
        #expect(rules.count == 1 && !calls.contains { $0.action == "RevokeSecurityGroupIngress" })
        #expect(rules.flatMap { $0.values("IpPermissions.", ".IpProtocol") } == ["-1", "tcp"])
        #expect(rules.flatMap { $0.values("IpPermissions.", "Port") } == ["22", "22"])
        #expect(rules.flatMap { $0.values("IpPermissions.", ".CidrIp") } == ["203.0.113.0/24"])
        #expect(rules.flatMap { $0.values("IpPermissions.", ".GroupId") } == launches[0].values("SecurityGroupId."))
        // The lease has been given back.
        #expect(try await bench.region.groups.values.filter { $0.name.hasPrefix("run_exp/") }.count == 1)
        #expect(output.stderr.contains("they cost 0.680 USD/h until: run_exp x.json terminate"))
      }
    }

    @Test("lets ssh in from where it is called, if the cluster file says nothing else")
    func caller() async throws {
      try await CloudBench.use { bench in
        try bench.write("here/run/cluster.yml", "provider: ec2\n")
        try await bench.must("x.json launch --machines-only")
        let rules = try await bench.calls.filter { $0.action == "AuthorizeSecurityGroupIngress" }
        #expect(rules.flatMap { $0.values("IpPermissions.", ".CidrIp") } == ["127.0.0.1/32"])
      }
    }

    @Test("gets 122 machines with at most 12 calls beside polls")
    func many() async throws {
      try await CloudBench.use { bench in
        try await bench.must("x.json launch --machines-only --set num_models=80")
        #expect(try await bench.roles() == ["frontend": 1, "worker": 120, "client": 1])
        let calls = try await bench.calls.filter { $0.action != "DescribeInstances" }
        #expect(calls.count <= 12, "\(calls.map(\.action))")
      }
    }

    @Test("uses what runs or is stopped again, asks only for what is missing, and opens ssh to where it is called now")
    func reuse() async throws {
      try await CloudBench.use { bench in
        let first = try await bench.must("x.json launch --machines-only")
        let machines = try await bench.alive
        #expect(try await bench.must("x.json launch --machines-only").stdout == first.stdout)
        #expect(try await bench.machines.count == 5)

        let (stopped, ended) = (
          try #require(machines.first { $0.role == "worker" }), try #require(machines.last { $0.role == "worker" })
        )
        try await bench.move(stopped.instance, to: "stopped")
        #expect(try await bench.eventually { try await bench.alive.contains { $0.state == "stopped" } })
        try await bench.must("x.json launch --machines-only")
        #expect(try await bench.machines.count == 5)
        #expect(try await bench.alive.allSatisfy { $0.state == "running" })

        try await bench.move(ended.instance, to: "terminated")
        try bench.write(
          "here/run/cluster.yml", CloudBench.clusterFile.replacing("203.0.113.0/24", with: "198.51.100.7/32"))
        try await bench.must("x.json launch --machines-only")
        #expect(try await bench.machines.count == 6)
        #expect(try await bench.roles() == ["frontend": 1, "worker": 3, "client": 1])
        let calls = try await bench.calls
        let revoked = calls.filter { $0.action == "RevokeSecurityGroupIngress" }
        #expect(revoked.flatMap { $0.values("IpPermissions.", ".CidrIp") } == ["203.0.113.0/24"])
        #expect(calls.last { $0.action == "RunInstances" }?.parameters["MaxCount"] == "1")
      }
    }

    @Test("goes to the next zone where one has no room, and says so")
    func zones() async throws {
      let rule = CloudBench.Rule(fault: "InsufficientInstanceCapacity", zones: ["us-east-1b"], types: ["c5.xlarge"])
      try await CloudBench.use(rules: [rule]) { bench in
        let output = try await bench.must("x.json launch --machines-only")
        #expect(try await bench.alive.filter { $0.role == "worker" }.allSatisfy { $0.zone == "us-east-1a" })
        #expect(try await bench.machines.count == 5)
        #expect(output.stderr.contains("worker: RunInstances: InsufficientInstanceCapacity: "), "\(output.stderr)")
        #expect(output.stderr.contains("WARNING: the machines stand in several zones"))
      }
    }

    @Test("replaces a machine that dies before it runs")
    func replacement() async throws {
      try await CloudBench.use(rules: [.init(fault: "dies", types: ["c5.xlarge"], times: 2, seconds: [3, 3])]) {
        bench in
        try await bench.must("x.json launch --machines-only")
        #expect(try await bench.roles() == ["frontend": 1, "worker": 3, "client": 1])
        #expect(try await bench.machines.count == 7)
      }
    }

    /// What EC2 may do on a bad day.
    static let badDay: [CloudBench.Rule] = [
      .init(fault: "RequestLimitExceeded", probability: 0.25), .init(fault: "lost_reply", probability: 0.1),
      .init(fault: "lost_request", probability: 0.1), .init(fault: "InternalError", probability: 0.05),
      .init(fault: "partial_pages", size: 2), .init(fault: "invisible", seconds: [1, 8]),
      .init(fault: "slow_pending", seconds: [5, 30]),
    ]

    @Test(
      "gets exactly the machines, and terminate ends all of them, through throttling, lost replies and delays",
      arguments: 1...4)
    func badDay(seed: Int) async throws {
      try await CloudBench.use(rules: Self.badDay, seed: seed) { bench in
        try await bench.must("x.json launch --machines-only")
        #expect(try await bench.roles() == ["frontend": 1, "worker": 3, "client": 1])
        #expect(try await bench.machines.count == 5)
        let ended = try await bench.must("x.json terminate", as: .elsewhere)
        #expect(try await bench.alive.isEmpty, "\(ended.stderr)")
        #expect(try await bench.region.groups.values.allSatisfy { !$0.name.hasPrefix("run_exp/") })
      }
    }

    @Test("of two at once one wins; the other is told who holds the cluster and how to make another")
    func rivals() async throws {
      try await CloudBench.use { bench in
        try await bench.holdTogether("CreateSecurityGroup", count: 2)
        // The same key, since both may win.
        let key = bench.folder.appending(path: "key").path
        let made = try await LocalShell().run(
          Command("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]), deadline: .now + .seconds(10))
        try #require(made.termination.isSuccess)
        let runs = try [CloudBench.User.first, .elsewhere].map {
          try bench.start(["x.json", "launch", "--machines-only"], as: $0, environment: ["PARM_SSH_KEY": key])
        }
        var outputs: [Output] = []
        for run in runs { outputs.append(try await run.end()) }
        #expect(outputs.map(\.termination).sorted { "\($0)" < "\($1)" } == [.exited(0), .exited(69)], "\(outputs)")
        let loser = try #require(outputs.first { !$0.termination.isSuccess })
        #expect(
          loser.stderr.contains("another launch is at work on cluster \(bench.id)/main: of ada@"), "\(loser.stderr)")
        #expect(loser.stderr.contains(" launch --machines-only --cluster NAME"))
        #expect(try await bench.machines.count == 5)
        #expect(try await bench.roles() == ["frontend": 1, "worker": 3, "client": 1])

        // Another cluster of the same experiment lives beside it, and goes without it.
        try await bench.must(
          "x.json launch --machines-only --cluster other", as: .elsewhere, environment: ["PARM_SSH_KEY": key])
        #expect(try await bench.roles(of: "other") == ["frontend": 1, "worker": 3, "client": 1])
        try await bench.must("x.json terminate --cluster other")
        #expect(try await bench.roles(of: "other").isEmpty)
        #expect(try await bench.roles() == ["frontend": 1, "worker": 3, "client": 1])
      }
    }

    @Test("and the other verbs show no secret: not to other processes, in what they print, nor in what they keep")
    func secrets() async throws {
      let token = "double-TOKEN-abcdefghijklmnopqrstuvwxyz"
      try await CloudBench.use(rules: Self.badDay, sessionToken: token) { bench in
        // Long enough to be seen.
        let path = bench.folder.appending(path: "bin")
        try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
        try bench.write("bin/ssh-keygen", "#!/bin/sh\nsleep 0.2\nexec /usr/bin/ssh-keygen \"$@\"\n")
        chmod(path.appending(path: "ssh-keygen").path, 0o700)
        let environment = ["PATH": "\(path.path):/usr/bin:/bin"]
        var seen: Set<String> = []
        for line in ["x.json plan --check", "x.json launch --machines-only", "x.json extend --hours 20", "list --json"]
        {
          let run = try bench.start(line.split(separator: " ").map(String.init), environment: environment)
          while run.process.isRunning { seen.formUnion(commandLines(below: run.process.processIdentifier)) }
          let output = try await run.end()
          #expect(output.termination.isSuccess, "\(output.stderr)")
        }
        #expect(seen.contains { $0.contains("ssh-keygen") }, "nobody has looked: \(seen)")
        let key = try #require(files(below: bench.folder).first { $0.lastPathComponent == "id_ed25519" })
        let permissions = try FileManager.default.attributesOfItem(atPath: key.path)[.posixPermissions] as? Int
        #expect(permissions == 0o600)
        let keyLines = try String(contentsOf: key, encoding: .utf8).split(separator: "\n").map(String.init)
        let secrets = [CloudBench.secretKey, token] + keyLines.dropFirst().dropLast()
        for secret in secrets {
          #expect(!seen.contains { $0.contains(secret) })
          for file in files(below: bench.folder) where file != key {
            let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
            #expect(!text.contains(secret), "\(file.path)")
          }
        }
        // The keys that refuse must not be shown, either.
        let wrong = ["AWS_SECRET_ACCESS_KEY": "wrong-SECRET-of-somebody", "AWS_SESSION_TOKEN": "wrong-TOKEN"]
        let refused = try await bench.run("x.json launch --machines-only", environment: wrong)
        #expect(refused.termination == .exited(69) && !"\(refused)".contains("wrong-"))
        try await bench.must("x.json terminate")
        #expect(files(below: bench.folder.appending(path: "home")).isEmpty)
      }
    }

    /// Of a process and of those that it has started.
    private func commandLines(below pid: Int32) -> [String] {
      let all = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int32($0) }
      let children = all.filter { child in
        guard let status = try? String(contentsOfFile: "/proc/\(child)/status", encoding: .utf8) else { return false }
        return child == pid || status.contains("\nPPid:\t\(pid)\n")
      }
      return children.compactMap { try? String(contentsOfFile: "/proc/\($0)/cmdline", encoding: .utf8) }
    }

    private func files(below folder: URL) -> [URL] {
      let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects as? [URL] ?? []
      return all.filter { !$0.hasDirectoryPath }
    }

    @Test("makes what boto3 finds by its tags")
    func boto() async throws {
      try await CloudBench.use { bench in
        try await bench.must("x.json launch --machines-only")
        let seen = try await bench.boto(
          """
          found = [i for page in ec2.get_paginator('describe_instances').paginate(Filters=[
              {'Name': 'tag:EXP_ID', 'Values': ['\(bench.id)']}, {'Name': 'tag:TASK_TYPE', 'Values': ['worker']}],
              PaginationConfig={'PageSize': 5}) for r in page['Reservations'] for i in r['Instances']]
          for i in sorted(found, key=lambda i: i['InstanceId']):
              tags = {t['Key']: t['Value'] for t in i['Tags']}
              print(i['InstanceId'], i['State']['Name'], i['MetadataOptions']['HttpTokens'], tags['run_exp:cluster'])
          group = ec2.describe_security_groups(Filters=[{'Name': 'tag:EXP_ID', 'Values': ['\(bench.id)']}])['SecurityGroups']
          print([g['GroupName'] for g in group], sorted(p['IpProtocol'] for p in group[0]['IpPermissions']))
          print([k['KeyName'] for k in ec2.describe_key_pairs(Filters=[{'Name': 'tag:EXP_ID', 'Values': ['\(bench.id)']}])['KeyPairs']])
          """)
        let workers = try await bench.alive.filter { $0.role == "worker" }.map(\.instance).sorted()
        let name = "['run_exp/\(bench.id)/main']"
        let expected = workers.map { "\($0) running required main" } + ["\(name) ['-1', 'tcp']", name]
        #expect(seen == expected.joined(separator: "\n") + "\n")
      }
    }
  }
}
