import ArgumentParser
import Serving
import Wire

/// `HOST:PORT`.
struct HostPort: Equatable, Sendable, CustomStringConvertible {
  var host: String
  var port: Int

  init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  init(argument: String) throws {
    guard let colon = argument.lastIndex(of: ":"), colon > argument.startIndex,
      let port = UInt16(argument[argument.index(after: colon)...]), port > 0
    else { throw ValidationError("'\(argument)' is not HOST:PORT") }
    self.init(host: String(argument[..<colon]), port: Int(port))
  }

  var description: String { "\(host):\(port)" }
}

/// What one input of the model is: `images` (JPEG, or 3x224x224 floats), or `floats:` and a shape such as `1x8x8`.
struct InputForm: Equatable, Sendable {
  /// Whether an input may come as a JPEG file.
  var isImage: Bool
  /// Of one input, without the batch.
  var shape: [Int]
  var elements: Int { shape.reduce(1, *) }
  /// Of one input as float32.
  var bytes: Int { elements * 4 }

  static let images = InputForm(isImage: true, shape: [3, 224, 224])

  static func floats(_ shape: [Int]) -> InputForm { InputForm(isImage: false, shape: shape) }

  static func parse(argument: String) throws -> InputForm {
    if argument == "images" { return .images }
    let words = argument.split(separator: ":", omittingEmptySubsequences: false)
    let lengths = words.last.map { $0.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) } } ?? []
    let shape = lengths.compactMap { $0 }
    guard words.count == 2, words[0] == "floats", shape.count == lengths.count, shape.allSatisfy({ $0 > 0 }) else {
      throw ValidationError("'\(argument)' is neither 'images' nor 'floats:' and a shape such as 64 or 1x8x8")
    }
    let limit = Link.maximumFrameBytes / 4
    guard shape.reduce(1.0, { $0 * Double($1) }) <= Double(limit) else {
      throw ValidationError("'\(argument)': an input has at most \(limit) floats")
    }
    return .floats(shape)
  }
}

extension Pool {
  /// `base`, `approximate` or `parity:` and the number of the parity.
  static func parse(argument: String) throws -> Pool {
    switch argument {
    case "base": return .base
    case "approximate": return .approximate
    default:
      let words = argument.split(separator: ":", omittingEmptySubsequences: false)
      guard words.count == 2, words[0] == "parity", let index = UInt8(words[1]) else {
        throw ValidationError("'\(argument)' is none of base, approximate, parity:0, parity:1 ...")
      }
      return .parity(Int(index))
    }
  }
}
