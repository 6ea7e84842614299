import CTorch
import NIOCore

#if canImport(Glibc)
  import Glibc
#endif

/// A TorchScript file, run by libtorch: on a GPU where it finds one, else on the processor. Lives on the thread that loads it.
struct TorchModel: Model {
  private let handle: Handle

  /// Loads the model, optimises it and runs it once, so that the first query is not slow.
  /// - Parameters:
  ///   - shape: of one input, without the batch.
  ///   - threads: of the processor, that one inference uses.
  ///   - number: of the instance; where there are several GPUs, instances take them in turn.
  /// - Throws: `StartFailure` 65 if the file or the shape cannot be used, 69 if libtorch's runtime is not there.
  init(path: String, shape: [Int], threads: Int, number: UInt32 = 0) throws(StartFailure) {
    guard access(path, R_OK) == 0 else {
      throw .badInput("model \(path): \(String(cString: strerror(errno)))")
    }
    let (opened, openError) = withErrorText { ctorch_open($0) }
    guard let runtime = opened else {
      throw .unavailable(
        "libTorchRuntime.so cannot be loaded: \(openError); build it with 'swift build --product TorchRuntime'")
    }
    let lengths = shape.map(Int64.init)
    let (loaded, loadError) = withErrorText {
      runtime.pointee.load(path, lengths, lengths.count, Int32(threads), number, $0)
    }
    guard let model = loaded else {
      throw .badInput("model \(path) on inputs of \(shape.map(String.init).joined(separator: "x")): \(loadError)")
    }
    handle = Handle(runtime: runtime, model: model)
  }

  /// What it runs on: `gpu`, or `cpu`.
  var device: String { handle.runtime.pointee.is_on_gpu(handle.model) != 0 ? "gpu" : "cpu" }

  /// Whether it takes several inputs at once; if not, those of a batch are inferred one by one.
  var takesBatches: Bool { handle.runtime.pointee.takes_batches(handle.model) != 0 }

  mutating func infer(_ inputs: [ByteBuffer]) throws(ModelFailure) -> [ByteBuffer] {
    var count = 0
    let (found, error) = withAddresses(of: inputs[...]) { addresses in
      withErrorText { handle.runtime.pointee.infer(handle.model, addresses, addresses.count, &count, $0) }
    }
    guard let start = found else { throw ModelFailure(reason: error) }
    return inputs.indices.map { index in
      ByteBuffer(bytes: UnsafeRawBufferPointer(UnsafeBufferPointer(start: start + index * count, count: count)))
    }
  }

  /// The model in libtorch, unloaded with the last copy of `TorchModel`.
  private final class Handle {
    let runtime: UnsafePointer<ctorch_runtime>
    let model: OpaquePointer

    init(runtime: UnsafePointer<ctorch_runtime>, model: OpaquePointer) {
      self.runtime = runtime
      self.model = model
    }

    deinit { runtime.pointee.unload(model) }
  }
}

/// Calls `body` with a place for an error's text, and returns it with the result.
private func withErrorText<Result>(_ body: (ctorch_error) -> Result) -> (Result, String) {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1024) { text in
    text.initialize(repeating: 0)
    let result = body(ctorch_error(text: text.baseAddress, capacity: text.count))
    return (result, String(decoding: UnsafeRawBufferPointer(text).prefix { $0 != 0 }, as: UTF8.self))
  }
}

/// Calls `body` with the addresses of all `buffers` at once.
private func withAddresses<Result>(
  of buffers: ArraySlice<ByteBuffer>, after addresses: [UnsafeRawPointer?] = [],
  _ body: ([UnsafeRawPointer?]) -> Result
) -> Result {
  guard let first = buffers.first else { return body(addresses) }
  return first.withUnsafeReadableBytes { bytes in
    withAddresses(of: buffers.dropFirst(), after: addresses + [bytes.baseAddress], body)
  }
}
