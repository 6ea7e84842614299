/// What `StartInstances` or `TerminateInstances` did to an instance.
public struct StateChange: Hashable, Sendable {
  public var instanceID: String
  public var previous: InstanceState
  public var current: InstanceState

  public init(instanceID: String, previous: InstanceState, current: InstanceState) {
    self.instanceID = instanceID
    self.previous = previous
    self.current = current
  }

  static func list(_ reply: ReplyElement) throws -> [StateChange] {
    try reply.items("instancesSet").map { item in
      let state = { (name: String) in
        InstanceState(try (item[name] ?? ReplyElement(name)).required("name"))
      }
      return StateChange(
        instanceID: try item.required("instanceId"), previous: try state("previousState"),
        current: try state("currentState"))
    }
  }
}
