import Foundation

/// A container as `docker container inspect` shows it.
struct InspectedContainer: Equatable, Sendable {
  var id: String
  var name: String
  var image: String
  var labels: [String: String]
  var isRunning: Bool
  var isPaused: Bool
  /// Of its first process, as the host sees it; 0 if it does not run.
  var pid: Int32
  var exitStatus: Int32
  var ranOutOfMemory: Bool
  /// 0: unlimited.
  var memoryLimit_bytes: Int64

  /// How it ended. A status above 128 is a signal's: the container's first process says so of the program it waits for.
  var termination: Termination {
    exitStatus > 128 && exitStatus <= 128 + 64 ? .signalled(exitStatus - 128) : .exited(exitStatus)
  }

  /// Containers from the output of `docker container inspect`.
  static func all(in json: String) throws -> [InspectedContainer] {
    try JSONDecoder().decode([InspectedContainer].self, from: Data(json.utf8))
  }
}

extension InspectedContainer: Decodable {
  private enum Key: String, CodingKey { case Id, Name, State, Config, HostConfig }

  private struct State: Decodable {
    var Running: Bool
    var Paused: Bool
    var Pid: Int32
    var ExitCode: Int32
    var OOMKilled: Bool
  }

  private struct Config: Decodable {
    var Image: String
    var Labels: [String: String]?
  }

  private struct HostConfig: Decodable { var Memory: Int64 }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    id = try container.decode(String.self, forKey: .Id)
    let name = try container.decode(String.self, forKey: .Name)
    self.name = name.hasPrefix("/") ? String(name.dropFirst()) : name
    let state = try container.decode(State.self, forKey: .State)
    let config = try container.decode(Config.self, forKey: .Config)
    image = config.Image
    labels = config.Labels ?? [:]
    isRunning = state.Running
    isPaused = state.Paused
    pid = state.Pid
    exitStatus = state.ExitCode
    ranOutOfMemory = state.OOMKilled
    memoryLimit_bytes = try container.decode(HostConfig.self, forKey: .HostConfig).Memory
  }
}
