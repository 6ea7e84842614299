import CloudUtil
import Foundation

/// What a detached run has come to, in a file on the frontend's host for whoever asks.
struct RunStatus: Codable, Equatable, Sendable {
  enum State: String, Codable, Sendable { case running, finished, failed }

  var state: State
  /// Which launch it belongs to.
  var launch: String
  /// The trial that is at work or was the last, from 1; 0 before the first.
  var trial: Int
  var trials: Int
  /// What is left at most, as planned: load and overhead of this trial and those after it.
  var left_s: Double
  /// How far the load of this trial is, once it is being sent; as of `updated`.
  var sending: ProgressBar?
  /// Unix seconds.
  var started: Int
  var updated: Int
  /// Why it failed, and with which status it ended.
  var message: String?
  var exit_status: Int32?

  /// - Throws: `Failure` (infrastructure) if `text` is no status.
  init(_ text: String) throws {
    do {
      self = try JSONDecoder().decode(RunStatus.self, from: Data(text.utf8))
    } catch {
      throw Failure(exitCode: .infrastructure, "the status of the run cannot be read: \(error)")
    }
  }

  init(launch: String, trials: Int, left_s: Double, now: Int) {
    (state, self.launch, trial, self.trials) = (.running, launch, 0, trials)
    (self.left_s, started, updated) = (left_s, now, now)
  }

  /// `trial 3 of 54, up to 12 m 05 s left`, and below it the bar of the load that is being sent.
  var words: String {
    switch state {
    case .running:
      "trial \(max(1, trial)) of \(trials), up to \(PlanText.duration(left_s)) left"
        + (sending.map { "\n\($0.text)" } ?? "")
    case .finished: "all \(trials) trials are finished"
    case .failed: "ended at trial \(max(1, trial)) of \(trials): \(message ?? "it does not say why")"
    }
  }
}
