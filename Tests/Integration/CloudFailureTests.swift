import CloudUtil
import Foundation
import Testing

extension CloudTests {
  /// What goes wrong, and what `launch` says of it.
  struct Trouble: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var rules: [CloudBench.Rule] = []
    /// Of `x.json launch`.
    var options = ""
    var environment: [String: String?] = [:]
    /// Lines for the end of the cluster file.
    var settings = ""
    var exit: Int32
    /// All of it stands in what is printed.
    var words: [String]
    /// How many machines there are after it.
    var machines = 0
    /// Whether AWS was asked what exists.
    var isKnown = true
    /// Whether AWS has refused something, by whose id its support finds it.
    var hasRequest = true
  }

  private static func refusal(_ fault: String, _ actions: String...) -> [CloudBench.Rule] {
    [.init(fault: fault, actions: actions.isEmpty ? nil : actions)]
  }

  static let troubles: [Trouble] = [
    Trouble(
      testDescription: "no credentials", environment: ["AWS_ACCESS_KEY_ID": nil, "AWS_SECRET_ACCESS_KEY": nil],
      exit: 69,
      words: ["no AWS credentials; looked in\n", "AWS_ACCESS_KEY_ID is not set", "aws configure"], isKnown: false,
      hasRequest: false),
    Trouble(
      testDescription: "a wrong secret", environment: ["AWS_SECRET_ACCESS_KEY": "wrong"], exit: 69,
      words: ["AuthFailure", "aws sts get-caller-identity"], isKnown: false),
    Trouble(
      testDescription: "a clock that is wrong", rules: refusal("RequestExpired"), exit: 69,
      words: ["RequestExpired: Request has expired", "timedatectl set-ntp true"], isKnown: false),
    Trouble(
      testDescription: "an expired token", rules: refusal("ExpiredToken"), exit: 69,
      words: ["ExpiredToken", "get new temporary credentials"], isKnown: false),
    Trouble(
      testDescription: "no permission to launch", rules: refusal("UnauthorizedOperation", "RunInstances"), exit: 69,
      words: ["lack the permission ec2:RunInstances", "user/experimenter", "ask whoever administers the account"]),
    Trouble(
      testDescription: "no permission to look", rules: refusal("UnauthorizedOperation", "Describe*"), exit: 69,
      words: ["lack the permission ec2:DescribeInstanceTypeOfferings"], isKnown: false),
    Trouble(
      testDescription: "a region that is none", environment: ["AWS_REGION": "mars-north-1"], exit: 65,
      words: ["not 'mars-north-1'", "see region in the cluster file, AWS_REGION"], isKnown: false),
    Trouble(
      testDescription: "an image that is not there", settings: "image: {id: ami-0123456789abcdef0}", exit: 65,
      words: ["InvalidAMIID.NotFound", "ami-0123456789abcdef0", "see image in the cluster file"]),
    Trouble(
      testDescription: "no image like the pattern",
      settings: #"image: {owner: "136693071363", name: "debian-99-*"}"#, exit: 65,
      words: ["no image of owner 136693071363 has a name like debian-99-* in this region", "see image"],
      hasRequest: false),
    Trouble(
      testDescription: "a type that nobody offers", options: "--set worker_type=q9.large", exit: 65,
      words: ["q9.large for worker", "no zone of the region offers it", "substitutions in the cluster file"],
      hasRequest: false),
    Trouble(
      testDescription: "a type that the zones do not offer",
      options: "--set worker_type=c5.metal --cluster-file zone.yml",
      exit: 65,
      words: [
        "type c5.large for client, frontend", "type c5.metal for worker", "it is offered in us-east-1a, us-east-1b",
        "other zones",
      ], hasRequest: false),
    Trouble(
      testDescription: "a quota",
      rules: [
        .init(fault: "VcpuLimitExceeded", types: ["c5.xlarge"], limit: 4),
        .init(fault: "slow_pending", seconds: [200, 200]),
      ], exit: 71,
      words: [
        "VcpuLimitExceeded", "limit of 4",
        "3 more c5.xlarge need 12 vCPUs of the quota \"Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances\"",
        "1 client pending, 1 frontend pending; they cost $0.17 an hour",
      ], machines: 2),
    Trouble(
      testDescription: "a quota that shows when the machines start",
      rules: [.init(fault: "dies", types: ["c5.xlarge"], seconds: [3, 3], reason: "Client.VolumeLimitExceeded")],
      exit: 71, words: ["the account's quota", "ended before it ran: Client.VolumeLimitExceeded", "Service Quotas"],
      machines: 2, hasRequest: false),
    Trouble(
      testDescription: "a quota of security groups",
      rules: [.init(fault: "error", actions: ["CreateSecurityGroup"], code: "SecurityGroupLimitExceeded")], exit: 71,
      words: ["CreateSecurityGroup: SecurityGroupLimitExceeded", "run_exp list", "Amazon Virtual Private Cloud"]),
    Trouble(
      testDescription: "no room in any zone",
      rules: [.init(fault: "InsufficientInstanceCapacity", types: ["c5.xlarge"])], exit: 71,
      words: [
        "no zone has the c5.xlarge machines for worker now:\n  us-east-1a: RunInstances: InsufficientInstanceCapacity",
        "\n  us-east-1b: RunInstances: InsufficientInstanceCapacity", "other zones or types may have room",
        "they cost $0.17 an hour",
      ], machines: 2),
    Trouble(
      testDescription: "machines that die", rules: [.init(fault: "dies", types: ["c5.xlarge"], seconds: [3, 3])],
      exit: 69,
      words: [
        "machines for worker ended before they ran:\n  us-east-1b: i-",
        ": Server.InternalError: Internal error on launch",
      ],
      machines: 2, hasRequest: false),
    Trouble(
      testDescription: "nobody at the endpoint", environment: ["AWS_ENDPOINT_URL": "http://127.0.0.1:9"], exit: 69,
      words: ["http://127.0.0.1:9/: could not connect", "AWS_ENDPOINT_URL"], isKnown: false, hasRequest: false),
  ]

  @Suite("A launch that fails") struct Failures {
    @Test(
      "says why, what exists and costs, and what to type next; terminate leaves nothing", arguments: CloudTests.troubles
    )
    func trouble(_ trouble: Trouble) async throws {
      try await CloudBench.use(rules: trouble.rules) { bench in
        // Where a zone matters, it is one that is named.
        let file = trouble.environment["AWS_REGION"] == nil ? CloudBench.clusterFile : "provider: ec2\n"
        try bench.write("here/run/cluster.yml", "\(file)\(trouble.settings)\n")
        try bench.write("here/zone.yml", "provider: ec2\nzones: [us-east-1e]\n")
        let options = trouble.options.isEmpty ? "" : " " + trouble.options
        let output = try await bench.run("x.json launch --machines-only" + options, environment: trouble.environment)
        let said = output.stderr
        #expect(output.termination == .exited(trouble.exit), "\(said)")
        for words in trouble.words { #expect(said.contains(words), "\(words) is not in:\n\(said)") }
        #expect(output.stdout.isEmpty)
        #expect(said.hasPrefix("cloud-test/main in "))
        let reason = try #require(said.range(of: "run_exp: ")).lowerBound
        #expect(!trouble.hasRequest || said[reason...].contains("(request 00000001-d0b1-"), "\(said)")

        let unknown = said.contains("what exists of cloud-test/main in ")
        #expect(unknown == !trouble.isKnown, "\(said)")
        #expect(said.contains("no machine of cloud-test/main is alive") == (trouble.isKnown && trouble.machines == 0))
        #expect(said.contains("of cloud-test/main there exist now: ") == (trouble.machines > 0))
        #expect(try await bench.alive.count == trouble.machines)
        #expect(
          said.contains("to try again:        run_exp x.json launch --machines-only\(reordered(options))\n"), "\(said)")

        try await bench.fail([])
        try await bench.must(
          "x.json terminate" + (options.contains("--cluster-file") ? " --cluster-file zone.yml" : ""))
        #expect(try await bench.alive.isEmpty)
        #expect(try await bench.region.groups.values.allSatisfy { !$0.name.hasPrefix("run_exp/") })
      }
    }

    /// As `run_exp` gives them back: where the machines come from, then what the experiment says.
    private func reordered(_ options: String) -> String {
      guard let file = options.firstRange(of: " --cluster-file zone.yml") else { return options }
      return String(options[file]) + options.replacingCharacters(in: file, with: "")
    }

    @Test("makes nothing that would have to be waited for when somebody else has to put something right")
    func nothingMade() async throws {
      try await CloudBench.use { bench in
        _ = try await bench.run("x.json launch --machines-only --set worker_type=q9.large")
        _ = try await bench.run("x.json launch --machines-only", environment: ["PARM_SSH_KEY": "nowhere"])
        #expect(try await bench.calls.allSatisfy { $0.action.hasPrefix("Describe") })
      }
    }

    @Test("asks for no other machines when it may not start those that are stopped, and names the permission")
    func mayNotStart() async throws {
      try await CloudBench.use { bench in
        try await bench.must("x.json launch --machines-only")
        for machine in try await bench.alive { try await bench.move(machine.instance, to: "stopped") }
        #expect(try await bench.eventually { try await bench.alive.allSatisfy { $0.state == "stopped" } })
        try await bench.fail([.init(fault: "UnauthorizedOperation", actions: ["StartInstances"])])
        let output = try await bench.run("x.json launch --machines-only")
        #expect(output.termination == .exited(69))
        for words in [
          "lack the permission ec2:StartInstances", "there exist now: 1 client stopped, 1 frontend stopped",
        ] {
          #expect(output.stderr.contains(words), "\(output.stderr)")
        }
        #expect(try await bench.machines.count == 5)
      }
    }

    @Test("counts every machine that was made beside the call that failed")
    func counted() async throws {
      // The refusal comes first, the machines of the other roles a moment later.
      let rules: [CloudBench.Rule] = [
        .init(fault: "VcpuLimitExceeded", types: ["c5.xlarge"]),
        .init(fault: "delay_reply", actions: ["RunInstances"], types: ["c5.large"], seconds: [3, 3]),
        .init(fault: "slow_pending", seconds: [200, 200]),
      ]
      try await CloudBench.use(rules: rules) { bench in
        let output = try await bench.run("x.json launch --machines-only")
        #expect(output.termination == .exited(71))
        #expect(output.stderr.contains("there exist now: 1 client pending, 1 frontend pending;"), "\(output.stderr)")
      }
    }

    @Test("gives back what it has made if it is to, and leaves machines that were there before and cannot be asked")
    func givenBack() async throws {
      let full = CloudBench.Rule(fault: "VcpuLimitExceeded", types: ["c5.xlarge"])
      try await CloudBench.use(rules: [full]) { bench in
        let output = try await bench.run("x.json launch --machines-only --terminate-on-failure --set num_models=4")
        #expect(output.termination == .exited(71), "\(output.stderr)")
        #expect(try Terminate.Answer(output).TerminatingInstances.count == 2)
        #expect(try await bench.alive.isEmpty)
        #expect(try await bench.region.groups.values.allSatisfy { !$0.name.hasPrefix("run_exp/") })
        for words in [
          "the account's quota does not allow", "giving the machines back (--terminate-on-failure)",
          "run_exp: cloud-test/main could not be launched, and what was made of it is given back",
          "to try again:        run_exp x.json launch --machines-only --terminate-on-failure --set num_models=4\n",
        ] { #expect(output.stderr.contains(words), "\(words) is not in:\n\(output.stderr)") }

        try await bench.fail([])
        try await bench.must("x.json launch --machines-only")
        try await bench.fail([full])
        let other = try await bench.run("x.json launch --machines-only --terminate-on-failure --set num_models=4")
        #expect(other.termination == .exited(71) && other.stdout.isEmpty)
        #expect(other.stderr.contains("not given back (--terminate-on-failure), since "), "\(other.stderr)")
        #expect(try await bench.alive.count == 5)
        try await bench.must("x.json terminate")
      }
    }

    @Test("A terminate that is refused says so, which machines go on, and to try that again")
    func refusedTerminate() async throws {
      try await CloudBench.use { bench in
        try await bench.must("x.json launch --machines-only")
        try await bench.fail([.init(fault: "UnauthorizedOperation", actions: ["TerminateInstances"])])
        let output = try await bench.run("x.json terminate")
        #expect(output.termination == .exited(69))
        for words in [
          "lack the permission ec2:TerminateInstances", "(request 00000001-d0b1-",
          "there exist now: 1 client running, 1 frontend running, 3 worker running; they cost $0.68 an hour",
          "to try again:        run_exp x.json terminate\n",
        ] { #expect(output.stderr.contains(words), "\(output.stderr)") }
        #expect(!output.stderr.contains("launch"))

        // What cannot be asked is not said to be gone.
        for environment in [["AWS_SECRET_ACCESS_KEY": "wrong"], ["AWS_ENDPOINT_URL": "http://127.0.0.1:9"]] {
          let blind = try await bench.run("x.json terminate", environment: environment)
          #expect(blind.termination == .exited(69) && !blind.stderr.contains("no machine"), "\(blind.stderr)")
          #expect(blind.stderr.contains("is not known; machines that do go on and cost"), "\(blind.stderr)")
        }
      }
    }

    @Test("names the file, the line and the key of what is wrong in the cluster file, before anybody is asked")
    func clusterFile() async throws {
      try await CloudBench.use { bench in
        let file = "provider: ec2\nregoin: us-east-1\nzones: us-east-1a\nvolume_gb: 3\ntags: {a: [1]}\n"
        try bench.write("here/run/cluster.yml", file)
        for verb in ["launch --machines-only", "terminate", "plan", "extend --hours 1"] {
          let output = try await bench.run("x.json \(verb)")
          #expect(output.termination == .exited(65))
          for words in [
            "4 problems in the cluster file\n", "run/cluster.yml:2:1: regoin: unknown key; did you mean region?",
            "run/cluster.yml:3:8: zones: ", "run/cluster.yml:4:12: volume_gb: found 3; allowed: an integer from 8",
            "run/cluster.yml:5:11: tags.a: ",
          ] { #expect(output.stderr.contains(words), "\(output.stderr)") }
        }
        try bench.write("here/run/cluster.yml", "provider: static\nhosts: {worker: [10.0.0.1]}\n")
        let fixed = try await bench.run("x.json extend --hours 1")
        #expect(fixed.termination == .exited(64))
        #expect(fixed.stderr.contains("run/cluster.yml: provider static has machines that are there already"))
        let lacking = try await bench.run("x.json launch --machines-only")
        #expect(lacking.termination == .exited(65))
        #expect(lacking.stderr.contains("run/cluster.yml: hosts: no machine for the role"))
        let missing = try await bench.run("x.json launch --machines-only --cluster-file no.yml")
        #expect(missing.termination == .exited(65) && missing.stderr.contains("no.yml: no such file"))
        #expect(try await bench.calls.isEmpty)
      }
    }

    @Test("refuses keys that ssh could not use, and says which are right, before anything is made")
    func keys() async throws {
      try await CloudBench.use { bench in
        for (name, arguments) in [
          ("rsa", ["-t", "rsa", "-N", ""]), ("ecdsa", ["-t", "ecdsa", "-N", ""]),
          ("locked", ["-t", "ed25519", "-N", "sesame"]),
        ] {
          let file = bench.folder.appending(path: "here/\(name)").path
          let made = try await LocalShell().run(
            Command("ssh-keygen", ["-q", "-f", file] + arguments), deadline: .now + .seconds(20))
          try #require(made.termination.isSuccess)
        }
        let cases = [
          ("rsa", "rsa: a key of type ssh-rsa, which libssh2 cannot use"),
          ("ecdsa", "ecdsa: a key of type ecdsa-sha2-nistp256, which EC2 does not take"),
          ("nowhere", "nowhere: no such private key"),
          ("locked", "locked: cannot be used as a private key: "),
          ("x.json", "x.json: cannot be used as a private key: "),
        ]
        for (key, words) in cases {
          let output = try await bench.run("x.json launch --machines-only", environment: ["PARM_SSH_KEY": key])
          #expect(output.termination == .exited(65), "\(output.stderr)")
          #expect(output.stderr.contains(words) && output.stderr.contains("PARM_SSH_KEY"), "\(output.stderr)")
          #expect(output.stderr.split(whereSeparator: \.isNewline).count == 5, "\(output.stderr)")
          #expect(
            output.stderr.hasSuffix(
              """
              what exists of \(bench.id)/main in us-east-1 is not known; machines that do go on and cost
              to try again:        run_exp x.json launch --machines-only
              to end all of it:    run_exp x.json terminate

              """), "\(output.stderr)")
        }
        #expect(try await bench.calls.isEmpty)
      }
    }
  }
}
