/// What a trial's processes are given of the models, inputs and payload: their arguments, with files as absolute paths.
struct TrialAssets: Equatable, Sendable {
  /// `--model` of the base instances.
  var model: String
  /// `--model` of the redundant ones: one a parity, or the approximate model; empty in none and equal.
  var redundantModels: [String]
  /// `--input` of the frontend: `images` or `floats:<count>`.
  var frontendInput: String
  /// `--input` of the workers: `images` or `floats:<shape>`.
  var workerInput: String
  /// `--payload` of the clients.
  var payload: String
  /// `--arrivals` of the clients.
  var arrivals: String
  /// `--service-time` and `--slowdowns` of the workers, as JSON; nil where there are none.
  var serviceTime: String?
  var slowdowns: String?
}
