import Glibc

/// A call to the kernel that failed.
public struct SystemCall: Error, Equatable, CustomStringConvertible {
  public var call: String
  public var code: Int32

  public var description: String { "\(call): \(reason)" }

  /// What the kernel says, without the call.
  var reason: String { strerror(code).map { String(cString: $0) } ?? "error \(code)" }

  /// `result` of a call that says -1 and sets `errno` when it fails.
  /// - Throws: `SystemCall` then.
  static func check<Result: SignedInteger>(_ call: @autoclosure () -> String, _ result: Result) throws -> Result {
    guard result < 0 else { return result }
    let code = errno
    throw SystemCall(call: call(), code: code)
  }

  /// `code` of a call that returns its error, as the posix_spawn family does.
  static func check(_ call: @autoclosure () -> String, returned code: Int32) throws {
    guard code == 0 else { throw SystemCall(call: call(), code: code) }
  }
}
