import Testing

@testable import CloudUtil

@Suite struct FirewallTests {
  /// What is allowed, a source at a time.
  private func allowed(_ rules: [IPPermission]) -> Set<String> {
    Set(
      rules.flatMap { rule in
        let ports = rule.ipProtocol == "-1" ? "" : "\(rule.fromPort ?? -1)-\(rule.toPort ?? -1)"
        let sources = rule.groups.map(\.groupID) + rule.ranges.map(\.cidr) + rule.ranges6.map(\.cidr)
        return sources.map { "\(rule.ipProtocol) \(ports) \($0)" }
      })
  }

  private func rules(_ dice: inout Dice) -> [IPPermission] {
    (0..<dice.int(0...4)).map { _ in
      let name = dice.one(of: ["tcp", "udp", "-1"])
      let port = dice.one(of: [22, 80])
      var rule = IPPermission(ipProtocol: name, fromPort: port, toPort: port)
      let words = dice.chance(0.5) ? "words" : nil
      for _ in 0..<dice.int(0...3) {
        switch dice.int(0...2) {
        case 0: rule.groups.append(.init(dice.one(of: ["sg-1", "sg-2"]), ruleDescription: words))
        case 1: rule.ranges.append(.init(dice.one(of: ["0.0.0.0/0", "198.51.100.7/32"]), ruleDescription: words))
        default: rule.ranges6.append(.init("::/0", ruleDescription: words))
        }
      }
      return rule
    }
  }

  @Test("With what is missing added and what is surplus removed, any rules become any others, and stay so")
  func difference() {
    for play in 0..<2000 {
      var dice = Dice(play: play)
      let (present, wanted) = (rules(&dice), rules(&dice))
      let (missing, surplus) = Firewall.difference(present: present, wanted: wanted)
      let there = allowed(present)
      #expect(allowed(surplus).isSubset(of: there) && allowed(missing).isDisjoint(with: there))
      #expect(there.subtracting(allowed(surplus)).union(allowed(missing)) == allowed(wanted), "play \(play)")
      let again = Firewall.difference(present: wanted, wanted: wanted)
      #expect(again.missing.isEmpty && again.surplus.isEmpty)
      let same = Firewall.difference(present: present.shuffled(), wanted: wanted.shuffled())
      #expect(same == (missing, surplus))
    }
  }

  @Test("ssh comes in from its sources, everything from the group itself, and nothing else stays")
  func rules() {
    let wanted = Firewall.rules(groupID: "sg-1", sshFrom: ["198.51.100.7/32", "203.0.113.0/24"])
    #expect(
      allowed(wanted) == ["tcp 22-22 198.51.100.7/32", "tcp 22-22 203.0.113.0/24", "-1  sg-1"])
    let world = IPPermission(ipProtocol: "tcp", fromPort: 0, toPort: 65535, ranges: [.init("0.0.0.0/0")])
    #expect(Firewall.difference(present: wanted + [world], wanted: wanted).surplus == [world])
  }
}
