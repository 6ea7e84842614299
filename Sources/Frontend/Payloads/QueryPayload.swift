import NIOCore

/// What the frontend holds of one query until its release. Tensors are little-endian float32.
struct QueryPayload {
  /// As its sender gave it.
  var input: ByteBuffer
  /// The image as the network sees it, between its decoding and its addition to its group.
  var decoded: ByteBuffer?
  /// Outputs of the query's own instance, and of the approximate model or the copy's instance.
  var own: ByteBuffer?
  var twin: ByteBuffer?
}
