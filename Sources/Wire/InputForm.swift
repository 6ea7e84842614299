/// What one query's input is: `images` (a JPEG file of any size, of which the network sees 3x224x224 float32), or
/// `floats:` and a shape such as `64` or `1x8x8` (little-endian float32).
public struct InputForm: Hashable, Sendable, CustomStringConvertible {
  /// Whether an input may come as a JPEG file.
  public var isImage: Bool
  /// What the network sees of one input, without the batch.
  public var shape: [Int]

  public static let images = InputForm(isImage: true, shape: [3, 224, 224])

  /// - Parameter shape: every length > 0.
  public static func floats(_ shape: [Int]) -> InputForm { InputForm(isImage: false, shape: shape) }

  /// float32 values that the network sees of one input.
  public var elements: Int { shape.reduce(1, *) }
  /// Of one input as float32.
  public var bytes: Int { elements * 4 }

  public static let rule =
    "images, or floats: and a shape such as 64 or 1x8x8 of at most \(Link.maximumInputBytes / 4) values"

  /// nil if `text` is not as `rule` says.
  public init?(_ text: String) {
    if text == "images" {
      self = .images
      return
    }
    let words = text.split(separator: ":", omittingEmptySubsequences: false)
    guard words.count == 2, words[0] == "floats" else { return nil }
    let lengths = words[1].split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    guard lengths.allSatisfy({ $0 > 0 }),
      lengths.reduce(1.0, { $0 * Double($1) }) <= Double(Link.maximumInputBytes / 4)
    else { return nil }
    self = .floats(lengths)
  }

  private init(isImage: Bool, shape: [Int]) {
    self.isImage = isImage
    self.shape = shape
  }

  public var description: String {
    isImage ? "images" : "floats:" + shape.map(String.init).joined(separator: "x")
  }
}
