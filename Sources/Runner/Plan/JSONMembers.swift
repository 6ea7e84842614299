import Foundation

/// What a value is in JSON, key by key.
enum JSONMembers {
  /// - Returns: each value as JSON, its keys sorted; nothing of what is no object.
  static func of(_ value: some Encodable) -> [String: String] {
    guard let data = try? JSONEncoder().encode(value),
      let object = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any]
    else { return [:] }
    return object.compactMapValues { value in
      (try? JSONSerialization.data(withJSONObject: value, options: [.sortedKeys, .fragmentsAllowed]))
        .map { String(decoding: $0, as: UTF8.self) }
    }
  }
}
