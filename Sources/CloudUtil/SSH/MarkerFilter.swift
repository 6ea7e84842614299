/// Takes away what a stream begins with, up to the line that begins with a marker.
struct MarkerFilter {
  /// What followed the marker in its line, once that has come.
  private(set) var remark: String?
  /// What came before it, at most 4 KiB of it: what login scripts print, or why there was no login.
  private(set) var noise: [UInt8] = []
  private let marker: [UInt8]

  init(marker: String) { self.marker = Array(marker.utf8) }

  /// What of `bytes` comes after the marker's line.
  mutating func pass(_ bytes: [UInt8]) -> [UInt8] {
    guard remark == nil else { return bytes }
    noise += bytes
    var lineStart = noise.startIndex
    while let newline = noise[lineStart...].firstIndex(of: UInt8(ascii: "\n")) {
      let line = noise[lineStart..<newline]
      // A login script may have printed something without a newline.
      if let start = line.firstRange(of: marker) {
        remark = String(decoding: line[start.upperBound...], as: UTF8.self)
        let rest = Array(noise[(newline + 1)...])
        noise.removeSubrange(lineStart...)
        return rest
      }
      lineStart = newline + 1
    }
    if lineStart > 4096 { noise.removeFirst(lineStart - 4096) }
    return []
  }

  /// The noise as text, without blank ends.
  var text: String {
    let text = String(decoding: noise, as: UTF8.self)
    return text.split(whereSeparator: \.isNewline).joined(separator: "; ")
  }
}
