/// JPEG files to the inputs of an image model: RGB, resized to 224x224 (bilinear, without antialiasing), in [0, 1],
/// normalised by ImageNet's mean and standard deviation, channel by channel (CHW float32).
///
/// The same code serves the frontend, which codes preprocessed inputs, and the workers. An instance holds a decoder and
/// its memory: one thread at a time.
public struct ImagePreprocessor {
  public static let side = 224
  public static let channels = 3
  /// Floats of one input: 3 x 224 x 224.
  public static let elements = channels * side * side
  /// Of red, green and blue in [0, 1] over ImageNet.
  public static let mean: [Float] = [0.485, 0.456, 0.406]
  public static let deviation: [Float] = [0.229, 0.224, 0.225]

  private let decoder: JPEGDecoder

  /// nil if there is no memory for a decoder.
  public init?() {
    guard let decoder = JPEGDecoder() else { return nil }
    self.decoder = decoder
  }

  /// Writes the input that `jpeg`, a whole file, makes to `input`.
  /// - Parameter input: `elements` floats, which the caller owns; not touched if the image cannot be used.
  /// - Throws: `ImageError`.
  public func preprocess(_ jpeg: UnsafeRawBufferPointer, into input: UnsafeMutableBufferPointer<Float>)
    throws(ImageError)
  {
    precondition(input.count == ImagePreprocessor.elements, "an image input has \(ImagePreprocessor.elements) floats")
    try decoder.withPixels(of: jpeg) { pixels in ImagePreprocessor.resize(pixels, into: input) }
  }

  private static func resize(_ pixels: JPEGDecoder.Pixels, into input: UnsafeMutableBufferPointer<Float>) {
    let columns = BilinearAxis(from: pixels.width, to: side)
    let rows = BilinearAxis(from: pixels.height, to: side)
    // (value / 255 - mean) / deviation, as one multiplication and one addition.
    let scale = SIMD4<Float>(1 / (255 * deviation[0]), 1 / (255 * deviation[1]), 1 / (255 * deviation[2]), 0)
    let shift = SIMD4<Float>(-mean[0] / deviation[0], -mean[1] / deviation[1], -mean[2] / deviation[2], 0)
    let plane = side * side
    for y in 0..<side {
      let above = Row(pixels, rows.lower[y])
      let below = Row(pixels, rows.upper[y])
      let down = rows.weight[y]
      for x in 0..<side {
        let left = columns.lower[x]
        let right = columns.upper[x]
        let across = columns.weight[x]
        let top = above[left] + (above[right] - above[left]) * across
        let bottom = below[left] + (below[right] - below[left]) * across
        let value = (top + (bottom - top) * down) * scale + shift
        let index = y * side + x
        input[index] = value[0]
        input[index + plane] = value[1]
        input[index + 2 * plane] = value[2]
      }
    }
  }

  /// One row of an image.
  private struct Row {
    private let start: UnsafeRawBufferPointer

    init(_ pixels: JPEGDecoder.Pixels, _ y: Int) {
      let bytes = pixels.width * JPEGDecoder.bytesPerPixel
      start = UnsafeRawBufferPointer(rebasing: pixels.bytes[(y * bytes)..<((y + 1) * bytes)])
    }

    subscript(x: Int) -> SIMD4<Float> {
      SIMD4<Float>(start.load(fromByteOffset: x * JPEGDecoder.bytesPerPixel, as: SIMD4<UInt8>.self))
    }
  }
}
