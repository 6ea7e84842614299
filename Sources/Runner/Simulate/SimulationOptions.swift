/// How trials are simulated.
struct SimulationOptions: Equatable, Sendable {
  /// nil: as many as there are cores, and as memory allows.
  var trialsInParallel: Int?
  /// Rows of every query are written.
  var withRows = false
  /// A `records.csv`; nil: service times are those of the experiment and the catalogue.
  var serviceTimes: String?
  var networkDelay_ms = SimulationSettings.defaultDelay_ms
  var link_mbit_per_s = SimulationSettings.defaultLink_mbit_per_s
  var overwrite = false
  var strict = false
}
