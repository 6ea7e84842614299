import CloudUtil
import Foundation
import Synchronization

/// Keeps the status of a detached run, in a file.
final class RunReporter: Sendable {
  private let path: String
  private let load_s: [Double]
  private let status: Mutex<RunStatus>
  private let beginning = Mutex<ContinuousClock.Instant?>(nil)

  /// Says that the run is alive.
  init(path: String, launch: String, sweep: Sweep) throws {
    self.path = path
    load_s = sweep.trials.map(\.load_s)
    status = Mutex(
      RunStatus(launch: launch, trials: load_s.count, left_s: Self.left(load_s[...]), now: Int(UTCTime.now.seconds)))
    try update { _ in }
  }

  /// - Parameter index: of the trial, from 0.
  func begin(trial index: Int) throws {
    beginning.withLock { $0 = .now }
    try update { status in
      status.trial = index + 1
      status.left_s = Self.left(load_s.dropFirst(index))
      status.sending = nil
    }
  }

  /// The load of this trial is being sent. Those who look from elsewhere want to know it once a second; a disk that is full is
  /// for others to tell of.
  func sending(_ bar: ProgressBar) {
    let isDue = status.withLock { status in
      let elapsed = status.sending?.elapsed_s ?? -.infinity
      return !(elapsed...elapsed + 1).contains(bar.elapsed_s)
    }
    guard isDue else { return }
    try? update { status in
      status.sending = bar
      status.left_s = Self.left(load_s.dropFirst(status.trial - 1)) - min(bar.elapsed_s, bar.total_s)
    }
  }

  func finish() throws {
    try update { ($0.state, $0.left_s, $0.exit_status, $0.sending) = (.finished, 0, 0, nil) }
  }

  func fail(_ error: any Error) throws {
    let ending = Ending(of: error)
    try update { ($0.state, $0.message, $0.exit_status) = (.failed, ending.text, ending.exitCode) }
  }

  /// The one at work or the last, from 1; 0 before the first.
  var trial: Int { status.withLock { $0.trial } }

  /// When that trial began; nil before the first.
  var begun: ContinuousClock.Instant? { beginning.withLock { $0 } }

  /// Reads what the file says.
  var reading: @Sendable () -> String? {
    { [self] in (try? Self.encoded(status.withLock { $0 })).map { String(decoding: $0, as: UTF8.self) } }
  }

  private static func encoded(_ status: RunStatus) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(status)
  }

  private static func left(_ load_s: ArraySlice<Double>) -> Double {
    load_s.reduce(0, +) + PlanText.overhead_s * Double(load_s.count)
  }

  private func update(_ change: (inout RunStatus) -> Void) throws {
    let current = status.withLock { status in
      change(&status)
      status.updated = Int(UTCTime.now.seconds)
      return status
    }
    try Self.encoded(current).write(to: URL(filePath: path), options: .atomic)
  }
}
