/// Why bytes of a link are not a message. After any of these the two sides no longer agree: the link closes.
public enum FrameError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The frame is longer than the reader accepts.
  case tooLong(bytes: Int, limit: Int)
  case unknownKind(UInt8)
  /// The payload ends before what it announces, or a field has no meaning; `what` was being read.
  case malformed(what: String)
  /// The payload goes on after its last field.
  case trailing(bytes: Int)

  public var description: String {
    switch self {
    case .tooLong(let bytes, let limit): "frame of \(bytes) bytes, allowed are \(limit)"
    case .unknownKind(let kind): "unknown kind of frame: \(kind)"
    case .malformed(let what): "malformed frame: \(what)"
    case .trailing(let bytes): "malformed frame: \(bytes) bytes after its end"
    }
  }
}
