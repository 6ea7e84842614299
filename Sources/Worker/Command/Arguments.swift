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

extension InputForm {
  static func parse(argument: String) throws -> InputForm {
    guard let form = InputForm(argument) else { throw ValidationError("'\(argument)' is not \(InputForm.rule)") }
    return form
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
