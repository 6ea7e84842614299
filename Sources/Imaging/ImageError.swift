/// Why an image cannot be used. The fault of whoever sent it.
public enum ImageError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Not a JPEG file, or damaged before its pixels begin; with the decoder's words.
  case notJPEG(String)
  case tooLarge(width: Int, height: Int, limit: Int)
  /// CMYK or YCCK: there is no conversion to RGB without a colour profile.
  case unsupportedColours
  /// Cut short or damaged within its pixels; with the decoder's words.
  case damaged(String)

  public var description: String {
    switch self {
    case .notJPEG(let reason): "not a JPEG image: \(reason)"
    case .tooLarge(let width, let height, let limit): "JPEG image of \(width)x\(height) pixels, allowed are \(limit)"
    case .unsupportedColours: "JPEG image in CMYK colours, needed is RGB or grey"
    case .damaged(let reason): "damaged JPEG image: \(reason)"
    }
  }
}
