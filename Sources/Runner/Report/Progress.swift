import Foundation

/// What the user sees while a trial runs, on stderr: on a terminal a bar that is redrawn, in a pipe a line a stage.
final class Progress {
  private let isTerminal: Bool
  private let watch: ((ProgressBar) -> Void)?
  private let write: (String) -> Void
  private var hasBar = false
  private var isWithinLine = false

  /// - Parameter watch: hears how far the load is, for somebody who looks from elsewhere.
  init(
    isTerminal: Bool = isatty(STDERR_FILENO) == 1, write: @escaping (String) -> Void = { Console.tell($0) },
    watch: ((ProgressBar) -> Void)? = nil
  ) {
    self.isTerminal = isTerminal
    self.watch = watch
    self.write = write
  }

  /// Whether anybody wants to know how far the load is.
  var isWatched: Bool { isTerminal || watch != nil }

  /// How often latencies are worth asking for: those who look from elsewhere do so every other second.
  var pace: Duration { isTerminal ? .milliseconds(500) : .seconds(2) }

  /// Something that the user should know; it stays.
  func note(_ line: String) {
    clear()
    write(line + "\n")
  }

  /// A stage begins.
  func stage(_ name: String) {
    if isTerminal { draw(name) } else { write(name + "\n") }
  }

  /// Load is being sent.
  func sending(_ bar: ProgressBar) {
    if isTerminal { draw(bar.text) }
    watch?(bar)
  }

  /// What somebody else has written for the user, which may end within a line; then no bar follows it.
  func pass(_ text: String) {
    clear()
    write(text)
    isWithinLine = !text.hasSuffix("\n")
  }

  /// Takes the bar away before results are printed.
  func clear() {
    if hasBar { write("\r\u{1B}[K") }
    hasBar = false
  }

  private func draw(_ text: String) {
    guard !isWithinLine else { return }
    write("\r\u{1B}[K" + text)
    hasBar = true
  }
}

/// One line: how far the trial is, its latency so far, and the time left.
struct ProgressBar: Codable, Equatable, Sendable {
  var label: String
  /// Of the schedule's duration, in seconds.
  var elapsed_s: Double
  var total_s: Double
  var median_ms: Double?
  var p99_ms: Double?

  private static let width = 24

  var text: String {
    let fraction = total_s > 0 ? min(1, max(0, elapsed_s / total_s)) : 1
    let filled = Int((fraction * Double(Self.width)).rounded(.down))
    let bar = String(repeating: "=", count: filled) + String(repeating: " ", count: Self.width - filled)
    let left = max(0, Int((total_s - elapsed_s).rounded(.up)))
    return "\(label) [\(bar)] \(latency("median", median_ms))  \(latency("p99", p99_ms))  \(clock(left)) left"
  }

  private func latency(_ name: String, _ value: Double?) -> String {
    "\(name) " + (value.map { String(format: "%.1f ms", $0) } ?? "-")
  }

  private func clock(_ seconds: Int) -> String {
    let (minutes, rest) = seconds.quotientAndRemainder(dividingBy: 60)
    return minutes < 60
      ? String(format: "%d:%02d", minutes, rest) : String(format: "%d:%02d:%02d", minutes / 60, minutes % 60, rest)
  }
}
