/// The link of each worker of a trial on this machine, where containers play hosts.
struct WorkerLink: Equatable, Sendable {
  /// In each direction.
  var mbit: Double
  /// The address of this machine at which workers reach the frontend and Redis.
  var gateway: String

  /// Of trials with shuffles, where nothing else is asked for.
  static let usual_mbit = 1000.0
  /// More than tc counts, and less than a shuffle ever gets through.
  static let allowed_mbit = 1.0...100_000
}
