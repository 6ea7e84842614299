import NIOCore

/// What a worker runs on the inputs of a batch.
protocol Model {
  /// One output for each of `inputs`, in order; at least one input. All are little-endian float32, each input of the
  /// model's shape.
  /// - Throws: `ModelFailure` if there are no outputs; the model can be used again.
  mutating func infer(_ inputs: [ByteBuffer]) throws(ModelFailure) -> [ByteBuffer]
}

/// The model failed on a batch: not the fault of who sent the inputs.
struct ModelFailure: Error, Equatable {
  var reason: String
}
