/// stdout: results and nothing else, so that a pipe gets what an analysis prints again.
enum Results {
  /// A trial's path, then its tables, at once: a pipe sees each trial as it ends.
  static func print(path: String, _ summary: Summary) throws {
    try Console.show("\(path)\n\(Report.text(summary))\n")
  }
}
