import NIOCore

/// Returns at once, with `LinearOutput`: what remains is the cost of serving.
struct DummyModel: Model {
  mutating func infer(_ inputs: [ByteBuffer]) throws(ModelFailure) -> [ByteBuffer] {
    inputs.map(LinearOutput.output)
  }
}
