/// The labels by which containers of a run are found again, whoever remembers them.
public enum ContainerLabel {
  static let experiment = "run_exp.experiment"
  static let run = "run_exp.run"
  static let component = "run_exp.component"
  static let role = "run_exp.role"
  /// Holds the `RunOwner`.
  public static let owner = "run_exp.owner"

  /// The experiment of containers that only try something out; no experiment can be called so.
  static let trial = ".trial"

  /// All of those of a service.
  static func all(of spec: ServiceSpec, owner: RunOwner) -> [(name: String, value: String)] {
    [
      (experiment, spec.tag.experiment), (run, spec.tag.run), (component, spec.component),
      (role, String(spec.component.prefix { $0 != "/" })), (ContainerLabel.owner, owner.description),
    ]
  }

  /// Those that a tag determines.
  static func all(of tag: ProcessTag) -> [(name: String, value: String)] {
    [(experiment, tag.experiment), (run, tag.run)]
  }
}
