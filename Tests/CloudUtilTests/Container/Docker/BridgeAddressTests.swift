import Testing

@testable import CloudUtil

/// The address of a host on Docker's own bridge, as the daemon says or the interface.
@Suite struct BridgeAddressTests {
  private func gateway(daemonSays answer: String, interface: String = "") async throws -> (String?, asked: [String]) {
    let shell = ScriptedShell { command in
      command.executable == "docker" ? .ended(0, answer) : .ended(0, interface)
    }
    let owner = RunOwner(process: ProcessIdentity(pid: 17, startTicks: 99), machine: "1a2b-3")
    let address = try await DockerEngine(shell: shell, owner: owner).gateway()
    return (address, shell.asked)
  }

  @Test(
    "is what the daemon knows, IPv4 before IPv6",
    arguments: ["docker0\n172.17.0.1 \n", "docker0\nfd00::1 172.17.0.1 \n", "\n172.17.0.1 \n"])
  func known(answer: String) async throws {
    let (address, asked) = try await gateway(daemonSays: answer)
    #expect(address == "172.17.0.1" && asked.count == 1)
  }

  @Test(
    "is the interface's where a daemon that has just made the bridge does not know it", arguments: ["", " ", "<nil> "])
  func unknown(gateways: String) async throws {
    let (address, asked) = try await gateway(daemonSays: "br7\n\(gateways)\n", interface: "172.18.0.1\n")
    #expect(address == "172.18.0.1")
    #expect(asked.last?.hasSuffix(" sh br7") == true, "\(asked)")
  }

  @Test("is none where there is no such interface")
  func none() async throws {
    #expect(try await gateway(daemonSays: "docker0\n\n").0 == nil)
  }

  @Test("of an interface is read as iproute2 prints it")
  func interface() async throws {
    let output = try await LocalShell().require(LinkCommands.addresses(of: "lo"), deadline: .now + .seconds(20))
    #expect(output.stdout.hasPrefix("127.0.0.1\n"))
  }
}
