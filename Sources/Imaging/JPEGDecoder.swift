import CTurboJPEG

/// JPEG files to pixels, by libjpeg-turbo. One thread at a time; the pixels of an image are valid until the next.
final class JPEGDecoder {
  /// Four bytes a pixel, red, green, blue and one without meaning, row by row without gaps.
  struct Pixels {
    var width: Int
    var height: Int
    var bytes: UnsafeRawBufferPointer
  }

  static let bytesPerPixel = 4
  /// The most pixels that an image may have; its header is checked before anything is allocated.
  static let maximumPixels = 64 << 20
  /// Memory above this is given back after the image that needed it.
  private static let keptPixels = 8 << 20

  private let handle: tjhandle
  private var memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  /// nil if there is no memory for a decoder.
  init?() {
    guard let handle = tjInitDecompress() else { return nil }
    self.handle = handle
  }

  deinit {
    tjDestroy(handle)
    memory.deallocate()
  }

  /// Calls `body` with the pixels of `jpeg`, a whole file: baseline or progressive, in colour or grey.
  /// - Throws: `ImageError`, also for a file that is cut short: half an image is not the image that was sent.
  func withPixels(of jpeg: UnsafeRawBufferPointer, _ body: (Pixels) -> Void) throws(ImageError) {
    guard let start = jpeg.bindMemory(to: UInt8.self).baseAddress, !jpeg.isEmpty else { throw .notJPEG("no bytes") }
    let (width, height) = try readHeader(start, UInt(jpeg.count))
    let bytes = width * height * JPEGDecoder.bytesPerPixel
    reserve(bytes)
    defer { if bytes > JPEGDecoder.keptPixels * JPEGDecoder.bytesPerPixel { release() } }
    let flags = TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS
    let status = tjDecompress2(
      handle, start, UInt(jpeg.count), memory.baseAddress, Int32(width), 0, Int32(height), Int32(TJPF_RGBX.rawValue),
      flags)
    guard status == 0 else { throw .damaged(reason) }
    body(Pixels(width: width, height: height, bytes: UnsafeRawBufferPointer(rebasing: memory[..<bytes])))
  }

  private func readHeader(_ start: UnsafePointer<UInt8>, _ count: UInt) throws(ImageError) -> (Int, Int) {
    var width: Int32 = 0
    var height: Int32 = 0
    var subsampling: Int32 = 0
    var colours: Int32 = 0
    guard tjDecompressHeader3(handle, start, count, &width, &height, &subsampling, &colours) == 0 else {
      throw .notJPEG(reason)
    }
    let (pixels, overflow) = Int(width).multipliedReportingOverflow(by: Int(height))
    guard width > 0, height > 0, !overflow, pixels <= JPEGDecoder.maximumPixels else {
      throw .tooLarge(width: Int(width), height: Int(height), limit: JPEGDecoder.maximumPixels)
    }
    guard colours != Int32(TJCS_CMYK.rawValue), colours != Int32(TJCS_YCCK.rawValue) else { throw .unsupportedColours }
    return (Int(width), Int(height))
  }

  /// What libjpeg-turbo says of its last failure.
  private var reason: String { tjGetErrorStr2(handle).map { String(cString: $0) } ?? "unknown" }

  private func reserve(_ bytes: Int) {
    guard memory.count < bytes else { return }
    release()
    memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: 16)
  }

  private func release() {
    memory.deallocate()
    memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  }
}
