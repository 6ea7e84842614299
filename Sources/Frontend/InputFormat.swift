import ArgumentParser
import Wire

/// What one query's input is (`--input`).
enum InputFormat: Hashable, Sendable {
  /// A JPEG file of any size; the network sees 3x224x224 float32.
  case images
  /// So many little-endian float32.
  case floats(count: Int)
}

extension InputFormat: ExpressibleByArgument {
  init?(argument: String) {
    if argument == "images" {
      self = .images
      return
    }
    let words = argument.split(separator: ":", omittingEmptySubsequences: false)
    guard words.count == 2, words[0] == "floats", let count = Int(words[1]), 1...Link.maximumInputBytes / 4 ~= count
    else { return nil }
    self = .floats(count: count)
  }

  var defaultValueDescription: String {
    switch self {
    case .images: "images"
    case .floats(let count): "floats:\(count)"
    }
  }
}
