/// The machines of an experiment that are got, used and given back together. An experiment may have several clusters.
public struct ClusterID: Hashable, Sendable, CustomStringConvertible {
  /// The experiment's id, for which ParM's tag `EXP_ID` stands.
  public var experiment: String
  public var name: String

  /// The cluster of an experiment that names none.
  public static let defaultName = "main"

  public init(experiment: String, name: String = ClusterID.defaultName) {
    self.experiment = experiment
    self.name = name
  }

  /// `ParM/main`.
  public var description: String { "\(experiment)/\(name)" }
}
