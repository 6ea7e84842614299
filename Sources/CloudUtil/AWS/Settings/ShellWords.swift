/// A line in words, as a POSIX shell takes them apart: quotes and backslashes keep blanks; nothing is expanded.
enum ShellWords {
  /// Nil if a quote is not closed, or nothing follows a backslash.
  static func split(_ line: String) -> [String]? {
    var words: [String] = []
    var word: String.UnicodeScalarView?
    var quote: Unicode.Scalar?
    var rest = Substring(line).unicodeScalars
    while let character = rest.popFirst() {
      switch (character, quote) {
      case ("\\", nil):
        guard let next = rest.popFirst() else { return nil }
        word = (word ?? .init()) + [next]
      case ("\\", "\""):
        guard let next = rest.popFirst() else { return nil }
        word = (word ?? .init()) + (next == "\"" || next == "\\" ? [next] : [character, next])
      case ("\"", nil), ("'", nil):
        quote = character
        word = word ?? .init()
      case (_, let open?):
        if character == open { quote = nil } else { word = (word ?? .init()) + [character] }
      case (" ", nil), ("\t", nil), ("\r", nil), ("\n", nil):
        if let done = word { words.append(String(done)) }
        word = nil
      default:
        word = (word ?? .init()) + [character]
      }
    }
    if let word { words.append(String(word)) }
    return quote == nil ? words : nil
  }
}
