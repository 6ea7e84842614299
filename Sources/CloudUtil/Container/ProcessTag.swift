/// Which run of which experiment a process belongs to. It is in the environment of the process before its program starts,
/// and its children inherit it, so that everything can be found again whoever remembers it.
///
/// A program that rewrites its title may overwrite what others see of its environment, and its tag with it:
/// redis-server does unless its configuration says `set-proc-title no`.
public struct ProcessTag: Hashable, Sendable, CustomStringConvertible {
  public var experiment: String
  /// Without a slash; the experiment may have some.
  public var run: String

  public init(experiment: String, run: String) {
    self.experiment = experiment
    self.run = run
  }

  /// `<experiment>/<run>`; nil for anything else.
  public init?(_ text: String) {
    guard let slash = text.lastIndex(of: "/"), slash != text.startIndex else { return nil }
    self.init(experiment: String(text[..<slash]), run: String(text[text.index(after: slash)...]))
  }

  public var description: String { "\(experiment)/\(run)" }

  /// Holds the tag.
  public static let variable = "RUN_EXP_TAG"
  /// Holds the `ProcessIdentity` of the process that started the run and will end it.
  public static let ownerVariable = "RUN_EXP_OWNER"
}
