/// What `run_exp <config> plan --json` prints: the plan's table for machines.
struct PlanRecord: Encodable, Equatable {
  struct Entry: Encodable, Equatable {
    var trial: Trial
    /// Where its results go.
    var results: String
    /// Worker processes, and how long its load lasts.
    var workers: Int
    var load_s: Double
    /// As in `OfferedLoad`; null where a service time is not known.
    var cores: Double?
    var utilisation: Double?

    enum CodingKeys: String, CodingKey { case trial, results, workers, load_s, cores, utilisation }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(trial, forKey: .trial)
      try container.encode(results, forKey: .results)
      try container.encode(workers, forKey: .workers)
      try container.encode(load_s, forKey: .load_s)
      try container.encode(cores, forKey: .cores)
      try container.encode(utilisation, forKey: .utilisation)
    }
  }

  var experiment_id: String
  /// Cores of this machine; absent for a plan of the cloud.
  var machine_cores: Int?
  var trials: [Entry]
  var warnings: [String]
  /// Absent for a plan of this machine.
  var cloud: CloudPlanRecord?
}

extension PlanText {
  var record: PlanRecord {
    PlanRecord(
      experiment_id: sweep.experiment.experimentID, machine_cores: cores,
      trials: sweep.trials.map { trial in
        let load = OfferedLoad(trial)
        return PlanRecord.Entry(
          trial: trial, results: results.folder(of: trial), workers: trial.instances.count, load_s: trial.load_s,
          cores: load.cores, utilisation: load.utilisation)
      }, warnings: warnings, cloud: cloud?.record)
  }
}
