/// Why a worker cannot start: what it says in one line, and its exit code.
struct StartFailure: Error, Equatable, CustomStringConvertible {
  /// 65: something given cannot be used; 69: something that should be there is not.
  var exitCode: Int32
  var description: String

  static func badInput(_ reason: String) -> StartFailure { StartFailure(exitCode: 65, description: reason) }
  static func unavailable(_ reason: String) -> StartFailure { StartFailure(exitCode: 69, description: reason) }
}
