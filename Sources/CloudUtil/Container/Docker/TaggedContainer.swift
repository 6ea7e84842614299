/// A container that carries a `ProcessTag` and an owner in its labels.
public struct TaggedContainer: Equatable, Sendable {
  public var id: String
  public var name: String
  public var image: String
  public var component: String
  public var tag: ProcessTag
  /// Who started the run and has to end it.
  public var owner: RunOwner
  public var isRunning: Bool

  /// Whether nobody will end it any more. Of an owner on another machine nothing is known here, so it keeps what runs.
  public var isOrphan: Bool {
    switch owner.state {
    case .running: false
    case .ended: true
    case .elsewhere: !isRunning
    }
  }

  /// `container` as a tagged one; nil if it is none of ours.
  init?(_ container: InspectedContainer) {
    let labels = container.labels
    guard let experiment = labels[ContainerLabel.experiment], let run = labels[ContainerLabel.run],
      let owner = labels[ContainerLabel.owner].flatMap({ RunOwner($0) })
    else { return nil }
    id = container.id
    name = container.name
    image = container.image
    component = labels[ContainerLabel.component] ?? ""
    tag = ProcessTag(experiment: experiment, run: run)
    self.owner = owner
    isRunning = container.isRunning
  }
}
