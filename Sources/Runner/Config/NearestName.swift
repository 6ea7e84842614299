/// The name that a misspelt one was probably meant to be.
enum NearestName {
  /// The candidate with the fewest edits from `name`; nil if all are so far off that a guess would mislead
  /// (more than half of the letters).
  static func of(_ name: String, among candidates: [String]) -> String? {
    candidates.map { (candidate: $0, distance: distance(name.lowercased(), $0.lowercased())) }
      .filter { $0.distance <= max($0.candidate.count, name.count) / 2 }
      .min { $0.distance < $1.distance }?.candidate
  }

  /// Levenshtein: insertions, deletions and substitutions that turn one text into the other.
  static func distance(_ first: String, _ second: String) -> Int {
    let second = Array(second)
    var row = Array(0...second.count)
    for (i, character) in first.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for j in second.indices {
        let substituted = diagonal + (character == second[j] ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substituted, row[j] + 1, diagonal + 1)
      }
    }
    return row[second.count]
  }
}
