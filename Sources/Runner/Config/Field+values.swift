/// Single values. Each returns nil, and adds a problem that says what is allowed, if the value is another.
extension Field {
  /// - Parameter allowed: the range in words, if "an integer from 1 to 10" is not clear enough.
  func integer(_ range: ClosedRange<Int>, allowed: String? = nil, problems: inout ProblemList) -> Int? {
    let allowed = allowed ?? "an integer from \(range.lowerBound) to \(range.upperBound)"
    guard case .number(let text) = node.value else {
      problems.add(self, allowed: allowed)
      return nil
    }
    guard let number = Int(text) else {
      let isWhole = Double(text).map { $0.isFinite && $0 == $0.rounded() && range.contains(Int(exactly: $0) ?? -1) }
      problems.add(self, allowed: isWhole == true ? "\(allowed), written without point or exponent" : allowed)
      return nil
    }
    guard range.contains(number) else {
      problems.add(self, allowed: allowed)
      return nil
    }
    return number
  }

  /// A number in `range`, or above its lower bound where `isOpen` ("> 0").
  func number(
    _ range: ClosedRange<Double>, isOpen: Bool = false, unit: String, problems: inout ProblemList
  ) -> Double? {
    let lower = Number.text(range.lowerBound)
    let upper = Number.text(range.upperBound)
    let allowed = "a number \(isOpen ? "> \(lower) and <= \(upper)" : "from \(lower) to \(upper)")\(unit)"
    guard case .number(let text) = node.value, let number = Double(text), range.contains(number),
      !isOpen || number > range.lowerBound
    else {
      problems.add(self, allowed: allowed)
      return nil
    }
    return number
  }

  func string(allowed: String, problems: inout ProblemList) -> String? {
    guard case .string(let text) = node.value, !text.isEmpty, !text.utf8.contains(0) else {
      problems.add(self, allowed: allowed)
      return nil
    }
    return text
  }

  /// A string that becomes the name of a folder or a tag: letters, digits, `.`, `_` and `-`, not beginning with `.`.
  func name(problems: inout ProblemList) -> String? {
    guard case .string(let text) = node.value, FolderName.isValid(text) else {
      problems.add(self, allowed: FolderName.rule)
      return nil
    }
    return text
  }

  /// One of the words of `Choice`. Words of `planned` are known and refused: this version does not have them.
  func choice<Choice: RawRepresentable & CaseIterable>(
    _ type: Choice.Type, planned: [String] = [], problems: inout ProblemList
  ) -> Choice? where Choice.RawValue == String {
    let words = type.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
    guard case .string(let text) = node.value else {
      problems.add(self, allowed: words)
      return nil
    }
    if let choice = Choice(rawValue: text) { return choice }
    if planned.contains(text) {
      problems.add(self, "\(node.found) is not available in this version; allowed: \(words)")
    } else {
      problems.add(self, allowed: words)
    }
    return nil
  }
}

/// Names that become one level of a path on any file system and part of a tag.
enum FolderName {
  static let rule = "1 to 100 of A-Z a-z 0-9 . _ -, not beginning with '.' or '-'"

  static func isValid(_ text: String) -> Bool {
    guard let first = text.utf8.first, text.utf8.count <= 100 else { return false }
    return first != UInt8(ascii: ".") && first != UInt8(ascii: "-") && text.utf8.allSatisfy(isAllowed)
  }

  /// `text` with every other character as `_`.
  static func sanitised(_ text: String) -> String {
    let name = String(decoding: text.utf8.map { isAllowed($0) ? $0 : UInt8(ascii: "_") }.prefix(100), as: UTF8.self)
    return isValid(name) ? name : "_\(name.dropFirst())"
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}

/// Numbers as paths, command lines and messages show them.
enum Number {
  /// The shortest text that reads back as the same number, without a trailing `.0`: `3`, `0.25`.
  static func text(_ number: Double) -> String {
    if let whole = Int(exactly: number), whole.magnitude < 1_000_000_000_000_000 { return String(whole) }
    return "\(number)"
  }
}
