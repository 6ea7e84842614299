import FoundationEssentials
import Synchronization

@testable import CloudUtil

/// A region of EC2 with security groups, keys and machines that run and end at once; answers requests in process.
final class GroupServer: HTTPTransport {
  struct Group {
    var id: String
    var name: String
    var tags: [String: String]
  }

  struct Region {
    var groups: [Group] = []
    /// Those that are not terminated, by id with their tags.
    var machines: [String: [String: String]] = [:]
    /// By name.
    var keys: Set<String> = []
    /// The action of each request, with the id or name it is about.
    var calls: [String] = []
    fileprivate var made = 0

    mutating func add(_ name: String, _ tags: [String: String] = [:]) -> String {
      made += 1
      groups.append(Group(id: "sg-\(made)", name: name, tags: tags))
      return "sg-\(made)"
    }
  }

  typealias Form = [String: String]
  /// The code of an error instead of what the region does; nil to let it go on.
  typealias Fault = @Sendable (_ action: String, Form, inout Region) throws -> String?

  /// Instead of a code: a success that cannot be read.
  static let noReply = "no reply"

  private let region = Mutex(Region())
  private let fault: Fault

  init(_ fault: @escaping Fault = { _, _, _ in nil }) { self.fault = fault }

  var calls: [String] { region.withLock(\.calls) }
  var groups: [Group] { region.withLock(\.groups) }
  var keys: Set<String> { region.withLock(\.keys) }
  var machines: [String] { region.withLock { $0.machines.keys.sorted() } }
  func change<Result: Sendable>(_ body: @Sendable (inout Region) -> Result) -> Result { region.withLock { body(&$0) } }

  func send(_ request: HTTPRequest, deadline: ContinuousClock.Instant) async throws -> HTTPResponse {
    let pairs = String(decoding: request.body, as: UTF8.self).split(separator: "&").map { pair in
      let parts = pair.split(separator: "=", omittingEmptySubsequences: false)
      return (String(parts[0]), parts[1].replacing("+", with: " ").removingPercentEncoding ?? "")
    }
    let form = Form(pairs) { $1 }
    let action = form["Action"] ?? ""
    return try region.withLock { region in
      let about = ["GroupName", "GroupId", "ResourceId.1", "KeyName"].compactMap { form[$0] }.first
      region.calls.append(action + (about.map { " \($0)" } ?? ""))
      if let code = try fault(action, form, &region) {
        return code == GroupServer.noReply ? HTTPResponse(status: 200) : GroupServer.error(code)
      }
      return GroupServer.answer(action, form, &region)
    }
  }

  private static func error(_ code: String) -> HTTPResponse {
    let parts = code.split(separator: ":", maxSplits: 1).map(String.init)
    let body = EC2Replies.error(parts[0], parts.count > 1 ? parts[1] : "Words.")
    return HTTPResponse(status: 400, body: Array(body.utf8))
  }

  private static func answer(_ action: String, _ form: Form, _ region: inout Region) -> HTTPResponse {
    var content = "<return>true</return>"
    switch action {
    case "CreateSecurityGroup":
      let name = form["GroupName"] ?? ""
      guard !region.groups.contains(where: { $0.name == name }) else { return error("InvalidGroup.Duplicate") }
      content = "<groupId>\(region.add(name, tags(form, "TagSpecification.1.Tag")))</groupId>"
    case "DeleteSecurityGroup":
      guard region.groups.contains(where: { $0.id == form["GroupId"] }) else { return error("InvalidGroup.NotFound") }
      region.groups.removeAll { $0.id == form["GroupId"] }
    case "CreateTags" where region.machines[form["ResourceId.1"] ?? ""] != nil:
      for id in list(form, "ResourceId") { region.machines[id]?.merge(tags(form, "Tag")) { $1 } }
    case "CreateTags":
      guard let place = region.groups.firstIndex(where: { $0.id == form["ResourceId.1"] }) else {
        return error("InvalidGroup.NotFound")
      }
      region.groups[place].tags.merge(tags(form, "Tag")) { $1 }
    case "DescribeSecurityGroups":
      let items = region.groups.map { group in
        "<item><groupId>\(group.id)</groupId><groupName>\(group.name)</groupName>\(tagSet(group.tags))</item>"
      }
      content = "<securityGroupInfo>\(items.joined())</securityGroupInfo>"
    case "DescribeInstances":
      let set = instancesSet(region.machines.keys.sorted(), region)
      content = "<reservationSet><item>\(set)</item></reservationSet>"
    case "RunInstances":
      let ids = (0..<(Int(form["MaxCount"] ?? "") ?? 0)).map { "i-\(2000 + region.machines.count + $0)" }
      for id in ids { region.machines[id] = tags(form, "TagSpecification.1.Tag") }
      content = instancesSet(ids, region)
    case "DescribeInstanceTypeOfferings":
      let items = list(form, "Filter.1.Value").map {
        "<item><instanceType>\($0)</instanceType><location>a</location></item>"
      }
      content = "<instanceTypeOfferingSet>\(items.joined())</instanceTypeOfferingSet>"
    case "ImportKeyPair":
      let name = form["KeyName"] ?? ""
      guard region.keys.insert(name).inserted else { return error("InvalidKeyPair.Duplicate") }
      content = "<keyName>\(name)</keyName><keyPairId>key-1</keyPairId>"
    case "DescribeKeyPairs":
      let items = region.keys.map {
        "<item><keyName>\($0)</keyName><keyPairId>key-1</keyPairId>\(tagSet([ClusterTag.key: "SHA256:x"]))</item>"
      }
      content = "<keySet>\(items.joined())</keySet>"
    case "DeleteKeyPair": region.keys.remove(form["KeyName"] ?? "")
    case "TerminateInstances":
      let ids = list(form, "InstanceId")
      guard let unknown = ids.first(where: { region.machines[$0] == nil }) else {
        for id in ids { region.machines[id] = nil }
        let items = ids.map {
          """
          <item><instanceId>\($0)</instanceId><currentState><name>shutting-down</name></currentState>\
          <previousState><name>running</name></previousState></item>
          """
        }
        content = "<instancesSet>\(items.joined())</instancesSet>"
        break
      }
      return error("InvalidInstanceID.NotFound:The instance ID '\(unknown)' does not exist")
    case "DescribeImages":
      content = "<imagesSet><item><imageId>ami-1</imageId><imageState>available</imageState></item></imagesSet>"
    default: break
    }
    return HTTPResponse(status: 200, body: Array(EC2Replies.reply(action, content).utf8))
  }

  private static func instancesSet(_ ids: [String], _ region: Region) -> String {
    let items = ids.map { id in
      """
      <item><instanceId>\(id)</instanceId><instanceType>t</instanceType><imageId>ami-1</imageId>\
      <instanceState><name>running</name></instanceState><privateIpAddress>10.0.0.1</privateIpAddress>\
      \(tagSet(region.machines[id] ?? [:]))</item>
      """
    }
    return "<instancesSet>\(items.joined())</instancesSet>"
  }

  static func list(_ form: Form, _ name: String) -> [String] {
    (1...).lazy.map { form["\(name).\($0)"] }.prefix { $0 != nil }.compactMap(\.self)
  }

  private static func tags(_ form: Form, _ name: String) -> [String: String] {
    (1...).lazy.map { (form["\(name).\($0).Key"], form["\(name).\($0).Value"]) }.prefix { $0.0 != nil }
      .reduce(into: [:]) { $0[$1.0 ?? ""] = $1.1 }
  }

  private static func tagSet(_ tags: [String: String]) -> String {
    let items = tags.map { "<item><key>\($0.key)</key><value>\($0.value)</value></item>" }
    return "<tagSet>\(items.joined())</tagSet>"
  }
}

extension GroupServer {
  /// Waits of some milliseconds.
  static let pace = CloudPace(dividedBy: 400)

  var client: EC2Client {
    EC2Client(
      endpoint: "https://ec2.test", transport: self,
      credentials: { _ in AWSCredentials(accessKeyID: "key", secretAccessKey: "hidden") },
      sign: { request, _, _ in request })
  }

  func provider(
    site: any LaunchSite = NoSite(), pace: CloudPace = GroupServer.pace,
    tell: @escaping @Sendable (String) -> Void = { _ in },
    price: @escaping @Sendable ([String]) -> String = { _ in "money" }
  ) -> EC2Provider {
    let settings = EC2FleetSettings(
      zones: [], image: .newest(owner: "self", name: "*"), volume_gb: 8, lifetime: .seconds(3600), tags: [:], run: "r1",
      owner: "ada@laptop")
    return EC2Provider(client: client, settings: settings, site: site, pace: pace, price: price, tell: tell)
  }

  struct NoSite: LaunchSite {
    struct NotAsked: Error {}
    func publicKey(of cluster: ClusterID) throws -> PublicKey { throw NotAsked() }
    func sshSources() throws -> [String] { throw NotAsked() }
    func folder(of cluster: ClusterID) -> String { "/dev/null" }
  }
}
