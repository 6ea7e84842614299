import ArgumentParser

#if canImport(FoundationEssentials)
  import FoundationEssentials
#endif

/// A command line argument in JSON.
enum JSONArgument {
  /// - Throws: `ValidationError`, which names the key that does not fit.
  static func parse<Value: Decodable>(_ argument: String) throws -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: Data(argument.utf8))
    } catch let error as DecodingError {
      throw ValidationError(reason(error))
    }
  }

  private static func reason(_ error: DecodingError) -> String {
    let context: DecodingError.Context
    switch error {
    case .typeMismatch(_, let found), .valueNotFound(_, let found), .keyNotFound(_, let found),
      .dataCorrupted(let found):
      context = found
    @unknown default: return "\(error)"
    }
    let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
    return path.isEmpty ? context.debugDescription : "\(path): \(context.debugDescription)"
  }
}
