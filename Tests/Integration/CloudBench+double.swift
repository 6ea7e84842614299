import CloudUtil
import Foundation

/// What the double knows, and is told to do.
extension CloudBench {
  struct Call: Decodable, Sendable {
    var action: String
    /// `ok`, an error's code, `lost reply`.
    var outcome: String
    /// Whether it changed what exists.
    var effect: Bool
    var parameters: [String: String]
    var request_id: String

    /// Values of parameters whose names begin and end so.
    func values(_ beginning: String, _ end: String = "") -> [String] {
      parameters.filter { $0.key.hasPrefix(beginning) && $0.key.hasSuffix(end) }.sorted { $0.key < $1.key }.map(\.value)
    }
  }

  struct Machine: Decodable, Sendable {
    var instance: String
    var zone: String
    var type: String
    var token: String?
    var tags: [String: String]
    var state: String
    /// nil while somebody pays for it.
    var end: Double?

    var role: String { tags["TASK_TYPE"] ?? "" }
  }

  /// A fault; README.md of the double explains the keys.
  struct Rule: Encodable, Sendable {
    var fault: String
    var actions: [String]?
    var zones: [String]?
    var types: [String]?
    var probability: Double?
    var times: Int?
    var after: Int?
    /// The least and the most.
    var seconds: [Double]?
    var limit: Int?
    var size: Int?
    var code: String?
    var message: String?
    var reason: String?
  }

  private struct Faults: Encodable {
    var rules: [Rule]
    var lifecycle: [String: Double]
  }

  private struct Ledger: Decodable { var machines: [Machine] }

  struct Tagged: Decodable { var tags: [String: String] }
  struct Named: Decodable { var name: String }
  /// What exists in a region, whatever the API shows.
  struct Region: Decodable {
    var instances: [String: Tagged]
    var groups: [String: Named]
    var keys: [String: Named]
    var volumes: [String: Tagged]
  }

  /// Calls, as they were made.
  var calls: [Call] { get async throws { try await get("calls") } }

  /// Every machine there ever was.
  var machines: [Machine] { get async throws { (try await get("ledger") as Ledger).machines } }

  /// Those that somebody pays for.
  var alive: [Machine] { get async throws { try await machines.filter { $0.end == nil } } }

  var region: Region {
    get async throws {
      let state: [String: Region] = try await get("state")
      return state["us-east-1"] ?? Region(instances: [:], groups: [:], keys: [:], volumes: [:])
    }
  }

  /// How many machines there are of each role of a cluster.
  func roles(of cluster: String = "main") async throws -> [String: Int] {
    Dictionary(grouping: try await alive.filter { $0.tags["run_exp:cluster"] == cluster }, by: \.role).mapValues(
      \.count)
  }

  /// From now on these faults, and no others.
  /// - Parameter lifecycle: in seconds of the cloud.
  func fail(_ rules: [Rule], lifecycle: [String: Double] = [:]) async throws {
    try await post("faults", Faults(rules: rules, lifecycle: lifecycle))
  }

  /// A machine is stopped, or ends, by itself.
  func move(_ instance: String, to state: String) async throws {
    try await post("machine", ["instance": instance, "state": state])
  }

  private struct Barrier: Encodable {
    var actions: [String]
    var count: Int
    var timeout_s = 10.0
  }

  /// The next so many calls of `action` wait for each other.
  func holdTogether(_ action: String, count: Int) async throws {
    try await post("barrier", Barrier(actions: [action], count: count))
  }

  /// Asks again and again, for ten seconds at most.
  func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
    for _ in 0..<1000 {
      if try await condition() { return true }
      try await Task.sleep(for: .milliseconds(10))
    }
    return false
  }

  private func get<Value: Decodable>(_ path: String) async throws -> Value {
    let response = try await CurlTransport().send(.get("\(endpoint)/_double/\(path)"), deadline: .now + .seconds(10))
    return try JSONDecoder().decode(Value.self, from: Data(response.body))
  }

  private func post(_ path: String, _ value: some Encodable) async throws {
    let request = HTTPRequest("POST", "\(endpoint)/_double/\(path)", body: Array(try JSONEncoder().encode(value)))
    let response = try await CurlTransport().send(request, deadline: .now + .seconds(10))
    guard response.status == 200 else { throw Problem(description: response.text) }
  }
}
