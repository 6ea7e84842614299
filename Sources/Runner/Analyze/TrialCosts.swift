/// What a trial cost beside its load: wall-clock time of each stage in seconds, and what the processes used. Absent where
/// it was not measured.
struct TrialCosts: Codable, Equatable, Sendable {
  var deploy_s: Double?
  var drive_s: Double?
  var drain_s: Double?
  var finish_s: Double?
  var stop_s: Double?
  var analyze_s: Double?

  /// CPU time of the frontend.
  var frontend_cpu_us_per_query: Double?
  /// The most memory that the frontend, and the largest worker, had resident.
  var frontend_resident_mb: Double?
  var worker_resident_mb: Double?
}
