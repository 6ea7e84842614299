/// What queries carry (`--payload`).
enum Payload: Equatable, Sendable {
  /// Vectors of `count` float32, standard normal, drawn from the seed.
  case floats(count: Int)
  /// Every .jpg and .jpeg of the folder, by name.
  case images(folder: String)
  /// Rows of a label and 64 pixel values 0 to 16, as in scikit-learn's digits; sent as 64 float32 from 0 to 1.
  case digits(file: String)

  /// - Throws: `ClientError` of kind usage.
  init(_ text: String) throws {
    let colon = text.firstIndex(of: ":")
    let value = colon.map { String(text[text.index(after: $0)...]) } ?? ""
    switch (text[..<(colon ?? text.endIndex)], value.isEmpty) {
    case ("images", false): self = .images(folder: value)
    case ("digits", false): self = .digits(file: value)
    case ("floats", false):
      guard let count = Int(value), (1...Payload.maximumFloats).contains(count) else {
        throw ClientError(.usage, "--payload \(text): a count of floats from 1 to \(Payload.maximumFloats)")
      }
      self = .floats(count: count)
    default:
      throw ClientError(.usage, "--payload \(text): it is floats:COUNT, images:FOLDER or digits:FILE")
    }
  }

  /// Ten million float32, 40 MB a query: beyond any model of the project, and 256 of them still fit in memory.
  static let maximumFloats = 10_000_000

  /// The content type of a query's body.
  var contentType: String {
    switch self {
    case .images: "image/jpeg"
    case .floats, .digits: "application/octet-stream"
    }
  }
}
