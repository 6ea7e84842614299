import NIOCore
import Serving

/// Takes a service time drawn for each batch, whatever its size, without using the processor; the outputs are
/// `LinearOutput`.
struct SyntheticModel: Model {
  private var serviceTimes: ServiceTimes

  init(serviceTimes: ServiceTimes) { self.serviceTimes = serviceTimes }

  mutating func infer(_ inputs: [ByteBuffer]) throws(ModelFailure) -> [ByteBuffer] {
    let end_ns = Monotonic.now_ns() + serviceTimes.next_ns()
    let outputs = inputs.map(LinearOutput.output)
    Monotonic.sleep(until_ns: end_ns)
    return outputs
  }
}
