import CloudUtil

extension ClusterReader {
  mutating func ec2() -> EC2Settings {
    var settings = EC2Settings()
    settings.region = string(optional(.region), allowed: "a region such as \"us-east-1\"", AWSName.isRegion)
    settings.zones = zones(of: settings.region)
    settings.image = image() ?? settings.image
    settings.user = user(optional(.user)) ?? settings.user
    settings.key = keyOfAll()
    settings.substitutions = substitutions()
    settings.volume_gb = optional(.volume_gb)?.integer(8...16_384, problems: &problems) ?? settings.volume_gb
    settings.lifetime_h =
      optional(.lifetime_h)?.number(0...720, isOpen: true, unit: " (hours)", problems: &problems) ?? settings.lifetime_h
    settings.sshFrom = sshFrom() ?? settings.sshFrom
    settings.onHostLoss = onHostLoss()
    settings.tags = tags()
    return settings
  }

  /// In order, none twice, all of the region.
  private mutating func zones(of region: String?) -> [String] {
    let allowed = "zone such as \"us-east-1a\""
    guard let fields = optional(.zones)?.items(allowed: allowed, problems: &problems) else { return [] }
    var zones: [String] = []
    for field in fields {
      guard let zone = string(field, allowed: "a \(allowed)", AWSName.isZone) else { continue }
      if let region, !zone.hasPrefix(region) {
        problems.add(field, "\(field.node.found) is not in region \(region)")
      } else if zones.contains(zone) {
        problems.add(field, "\(field.node.found) stands in the list twice")
      } else {
        zones.append(zone)
      }
    }
    return zones
  }

  private mutating func image() -> MachineImage? {
    let rule = #"{id: ami-...} or {owner: "136693071363", name: "debian-12-amd64-*"}"#
    guard let field = optional(.image),
      let members = field.members(known: ["id", "owner", "name"], allowed: rule, problems: &problems)
    else { return nil }
    if let id = members.optional("id") {
      for key in ["owner", "name"] {
        if let other = members.optional(key) { problems.add(other, "without effect beside id; leave one of them out") }
      }
      return string(id, allowed: "ami- and 8 or 17 hexadecimal digits", AWSName.isImage).map { .id($0) }
    }
    let ownerRule = "an account of 12 digits, \"amazon\", \"self\" or \"aws-marketplace\""
    var owner = members.required("owner", allowed: ownerRule, problems: &problems)
    // An account without quotes is a number for YAML; what matters are its digits.
    if case .number(let digits) = owner?.node.value { owner?.node.value = .string(digits) }
    let nameRule = "a name of 1 to 128 characters, in which * and ? stand for any"
    let name = members.required("name", allowed: nameRule, problems: &problems)
    guard let owner = string(owner, allowed: ownerRule, AWSName.isImageOwner),
      let name = string(name, allowed: nameRule, { $0.count <= 128 })
    else { return nil }
    return .newest(owner: owner, name: name)
  }

  private mutating func substitutions() -> [String: String] {
    let allowed = "an instance type such as \"g4dn.xlarge\""
    guard let field = optional(.substitutions) else { return [:] }
    var types: [String: String] = [:]
    let rule = "instance types, each with the one in its place"
    for entry in field.entries(allowed: rule, problems: &problems) {
      if !AWSName.isInstanceType(entry.key) {
        problems.add(entry.problem("found \(JSONNode.quoted(entry.key)); allowed: \(allowed)"))
      }
      types[entry.key] = string(entry.value, allowed: allowed, AWSName.isInstanceType)
    }
    return types
  }

  private mutating func sshFrom() -> SSHSources? {
    let allowed = "network such as 192.0.2.0/24 (or the word \"caller\")"
    guard let field = optional(.ssh_from), field.node.value != .string(SSHSources.callerWord) else { return nil }
    guard let fields = field.items(allowed: allowed, problems: &problems) else { return nil }
    var networks: [IPv4Network] = []
    for field in fields {
      guard let network = network(field) else { continue }
      if networks.contains(network) {
        // EC2 would refuse both.
        problems.add(field, "\(field.node.found) stands in the list twice")
      } else {
        networks.append(network)
      }
    }
    return .networks(networks)
  }

  private mutating func network(_ field: Field) -> IPv4Network? {
    let allowed = "an IPv4 network such as 192.0.2.0/24"
    guard let text = string(field, allowed: allowed, { _ in true }) else { return nil }
    if let network = IPv4Network(text) { return network }
    let parts = text.split(separator: "/", maxSplits: 1)
    guard let first = parts.first, let address = IPv4Network.address(String(first)) else {
      problems.add(field, allowed: allowed)
      return nil
    }
    if parts.count == 1, !text.hasSuffix("/") {
      problems.add(field, "found \(field.node.found); allowed: \(allowed), for one address \(text)/32")
    } else if let prefix = parts.last.flatMap({ Int($0) }), (0...32).contains(prefix) {
      let meant = IPv4Network(around: address, prefix: prefix)
      problems.add(
        field, "found \(field.node.found), which is not the beginning of its network; did you mean \(meant)?")
    } else {
      problems.add(field, allowed: allowed)
    }
    return nil
  }

  // MARK: Tags

  /// EC2 allows 50 a resource, and ours are among them.
  private static let mostTags = 40

  /// Those by which machines are found; AWS keeps `aws:` for itself.
  private static func isReserved(_ key: String) -> Bool {
    ["EXP_ID", "TASK_TYPE", "Name"].contains(key) || key.hasPrefix("run_exp:") || key.lowercased().hasPrefix("aws:")
  }

  private mutating func tags() -> [String: String] {
    guard let field = optional(.tags) else { return [:] }
    let entries = field.entries(allowed: "keys and values, such as cost-center: \"17\"", problems: &problems)
    if entries.count > Self.mostTags {
      problems.add(field, "found \(entries.count) tags; allowed: up to \(Self.mostTags)")
    }
    var tags: [String: String] = [:]
    for entry in entries {
      let length = entry.key.unicodeScalars.count
      if Self.isReserved(entry.key) {
        problems.add(
          entry.problem("reserved: run_exp sets EXP_ID, TASK_TYPE, Name and run_exp:..., AWS sets aws:..."))
      } else if entry.key.wholeMatch(of: /[\p{L}\p{N}+\-=.,_:@]{1,128}/) == nil
        || [".", "..", "_index"].contains(entry.key)
      {
        // What the metadata of an instance can name, where its machine reads its tags.
        problems.add(
          entry.problem("found a key of \(length) characters; allowed: 1 to 128 letters, digits and + - = . , _ : @"))
      }
      let allowed = "a string of up to 256 characters, no control characters (a number in quotes)"
      guard case .string(let text) = entry.value.node.value, text.unicodeScalars.count <= 256, Self.isPlain(text)
      else {
        problems.add(entry.value, allowed: allowed)
        continue
      }
      tags[entry.key] = text
    }
    return tags
  }

  private static func isPlain(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
  }
}
