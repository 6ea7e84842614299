import Serving

/// The second field of a frame. A frame is, with every integer little-endian,
///
///     u32 length      of everything after this field
///     u8  kind
///     payload         length - 1 bytes
///
/// and the payload by kind, where `text` and `bytes` are a u32 length and so many bytes:
///
///     hello      u16 pool, u32 worker, text secret
///     welcome    -
///     refused    text reason
///     heartbeat  -
///     job        i64 job, u8 encoding, u32 count, count * bytes
///     outputs    i64 job, u64 service_ns, u32 count, count * (u8 status, bytes)
///
/// A pool is 0 for base, 1 for approximate, 2 + i for parity i; a status is 0 for an output, 1 for bad input, 2 for failed.
enum FrameKind: UInt8 {
  case hello = 1
  case welcome, refused, heartbeat, job, outputs
}

extension FrameKind {
  /// Bytes of the length field, which every frame has, and of the kind after it.
  static let lengthBytes = 4
  static let kindBytes = 1
}

extension Pool {
  init(wireCode: UInt16) {
    switch wireCode {
    case 0: self = .base
    case 1: self = .approximate
    default: self = .parity(Int(wireCode) - 2)
    }
  }

  var wireCode: UInt16 {
    switch self {
    case .base: 0
    case .approximate: 1
    case .parity(let index): UInt16(clamping: max(0, min(index, Int(UInt16.max) - 2)) + 2)
    }
  }
}
