import Imaging
import NIOCore
import Serving
import Wire

/// A model with what surrounds it in a worker: inputs are checked and images decoded before it, slowdowns come after it.
/// Lives on one thread.
struct Instance {
  private var model: any Model
  private let form: InputForm
  private var slowdowns: Slowdowns
  private let pace: Pace
  /// nil: no input is an image.
  private let preprocessor: ImagePreprocessor?

  /// - Throws: `StartFailure` 69 if there is no memory for an image decoder.
  init(model: any Model, form: InputForm, slowdowns: Slowdowns, pace: Pace = Pace()) throws(StartFailure) {
    self.model = model
    self.form = form
    self.slowdowns = slowdowns
    self.pace = pace
    preprocessor = form.isImage ? ImagePreprocessor() : nil
    guard !form.isImage || preprocessor != nil else { throw .unavailable("no memory for an image decoder") }
  }

  /// One result for each input, in order. The inputs that can be used make the model's batch; if there is none, the
  /// model is not run and nothing is drawn for it.
  mutating func run(_ inputs: WorkerMessage.Inputs) -> [WorkerMessage.Result] {
    var usable: [ByteBuffer] = []
    var results: [WorkerMessage.Result?] = inputs.items.map { item in
      do throws(BadInput) {
        usable.append(try prepare(item, inputs.encoding))
        return nil
      } catch { return .badInput(error.reason) }
    }
    if !usable.isEmpty {
      var outputs = infer(usable)[...]
      for index in results.indices where results[index] == nil { results[index] = outputs.popFirst() }
    }
    return results.map { $0 ?? .failed("the model returned too few outputs") }
  }

  private mutating func infer(_ inputs: [ByteBuffer]) -> [WorkerMessage.Result] {
    let start_ns = Monotonic.now_ns()
    let results: [WorkerMessage.Result]
    do throws(ModelFailure) {
      results = try model.infer(inputs).map { $0.isFinite ? .output($0) : .failed("an output is not a finite number") }
    } catch {
      Log.line("model failed: \(error.reason)")
      results = inputs.map { _ in .failed(error.reason) }
    }
    let end_ns = Monotonic.now_ns()
    let own_ns = end_ns - start_ns
    let taken_ns = own_ns + slowdowns.next_ns(service_ns: own_ns)
    // A pace that is set meanwhile holds for this batch as well.
    while case let until_ns = start_ns + pace.slowed_ns(taken_ns), until_ns > Monotonic.now_ns() {
      Monotonic.sleep(until_ns: until_ns)
    }
    return results
  }

  private struct BadInput: Error {
    var reason: String
  }

  /// The input as the model takes it.
  private func prepare(_ item: ByteBuffer, _ encoding: WorkerMessage.Inputs.Encoding) throws(BadInput) -> ByteBuffer {
    switch (encoding, preprocessor) {
    case (.floats, _):
      guard item.readableBytes == form.bytes else {
        throw BadInput(
          reason: "input of \(item.readableBytes) bytes, needed are \(form.bytes): \(form.elements) float32")
      }
      return item
    case (.jpeg, let preprocessor?): return try decode(item, preprocessor)
    case (.jpeg, nil): throw BadInput(reason: "a JPEG image, needed are \(form.elements) float32")
    }
  }

  private func decode(_ jpeg: ByteBuffer, _ preprocessor: ImagePreprocessor) throws(BadInput) -> ByteBuffer {
    var input = ByteBufferAllocator().buffer(capacity: form.bytes)
    var failure: ImageError?
    input.writeWithUnsafeMutableBytes(minimumWritableBytes: form.bytes) { bytes in
      let floats = UnsafeMutableRawBufferPointer(rebasing: bytes[..<form.bytes]).bindMemory(to: Float.self)
      do throws(ImageError) {
        try jpeg.withUnsafeReadableBytes { image throws(ImageError) in try preprocessor.preprocess(image, into: floats)
        }
      } catch { failure = error }
      return failure == nil ? form.bytes : 0
    }
    if let failure { throw BadInput(reason: "\(failure)") }
    return input
  }
}

extension ByteBuffer {
  /// Whether every float32 in it is a number: of one that is not, no largest is known and nothing can be reconstructed.
  fileprivate var isFinite: Bool {
    withUnsafeReadableBytes { bytes in
      stride(from: 0, to: bytes.count - 3, by: 4)
        .allSatisfy { bytes.loadUnaligned(fromByteOffset: $0, as: Float.self).isFinite }
    }
  }
}
