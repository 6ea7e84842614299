import CloudUtil
import Foundation

/// What AWS answers to TerminateInstances, in the form in which its own tools print it.
struct TerminationRecord: Encodable, Equatable {
  struct State: Encodable, Equatable {
    var Code: Int
    var Name: String
  }

  struct Entry: Encodable, Equatable {
    var CurrentState: State
    var InstanceId: String
    var PreviousState: State
  }

  var TerminatingInstances: [Entry]

  init(_ changes: [StateChange]) {
    TerminatingInstances = changes.map {
      Entry(CurrentState: State($0.current), InstanceId: $0.instanceID, PreviousState: State($0.previous))
    }
  }

  var text: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
  }
}

extension TerminationRecord.State {
  /// The codes of the API's InstanceState.
  init(_ state: InstanceState) {
    let code =
      switch state {
      case .pending: 0
      case .running: 16
      case .shuttingDown: 32
      case .terminated: 48
      case .stopping: 64
      case .stopped: 80
      case .unknown: -1
      }
    self.init(Code: code, Name: state.description)
  }
}
