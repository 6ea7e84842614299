import Foundation

/// stdout: results and nothing else, so that a pipe gets what an analysis prints again.
enum Results {
  /// A trial's path, then its tables.
  static func print(path: String, _ summary: Summary) {
    Swift.print(path)
    Swift.print(Report.text(summary))
    // A pipe sees each trial as it ends.
    fflush(stdout)
  }
}
