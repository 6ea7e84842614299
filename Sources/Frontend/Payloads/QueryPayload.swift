import NIOCore

/// What the frontend holds of one query until its release. Tensors are little-endian float32.
struct QueryPayload {
  /// As its sender gave it.
  var input: ByteBuffer
  /// The image as the network sees it, between its decoding and its addition to its group.
  var decoded: ByteBuffer?
  /// Outputs of the base model and of the approximate model.
  var own: ByteBuffer?
  var approximate: ByteBuffer?
}
