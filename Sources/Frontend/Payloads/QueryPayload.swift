import NIOCore

/// What the frontend holds of one query until its release.
struct QueryPayload {
  /// As its sender gave it.
  var input: ByteBuffer
  /// Decoded from JPEG, between its decoding and its addition to its group.
  var decoded: [Float]?
  /// Little-endian float32 of the base model and of the approximate model.
  var own: ByteBuffer?
  var approximate: ByteBuffer?
}
