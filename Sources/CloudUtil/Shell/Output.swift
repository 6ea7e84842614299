/// What a command left behind.
public struct Output: Equatable, Sendable {
  public var termination: Termination
  /// As UTF-8; broken sequences are replaced.
  public var stdout: String
  public var stderr: String

  public init(termination: Termination, stdout: String, stderr: String) {
    self.termination = termination
    self.stdout = stdout
    self.stderr = stderr
  }
}
