import Foundation
import Serving
import Simulation

/// What travels in a trial, as the components would send it.
extension PayloadSizes {
  /// - Throws: `Failure` (config) if the images cannot be looked at.
  init(_ trial: Trial, installation: Installation, files: FileCheck) throws {
    let floats_bytes = trial.payload.inputCount * MemoryLayout<Float>.size
    switch trial.payload {
    case .images(let folder):
      let sizes = files.imageSizes_bytes(folder ?? installation.images)
      guard !sizes.isEmpty else {
        throw Failure(exitCode: .config, "payload: no images in \(folder ?? installation.images)")
      }
      // ImageNet's thousand classes.
      self.init(inputs_bytes: sizes, parityInput_bytes: floats_bytes, output_bytes: 1000 * MemoryLayout<Float>.size)
    case .digits, .floats:
      self.init(
        inputs_bytes: [floats_bytes], parityInput_bytes: floats_bytes, output_bytes: 10 * MemoryLayout<Float>.size)
    }
  }
}

extension Payload {
  /// How many different inputs the clients have.
  func samples(installation: Installation, payload: PayloadSizes) throws -> Int {
    switch self {
    case .images: return payload.inputs_bytes.count
    case .digits:
      guard let text = try? String(contentsOfFile: installation.digits, encoding: .utf8) else {
        throw Failure(exitCode: .infrastructure, "\(installation.digits) cannot be read")
      }
      return max(1, text.split(whereSeparator: \.isNewline).count)
    case .floats(let count): return DistinctInputs.count(floats: count)
    }
  }
}
