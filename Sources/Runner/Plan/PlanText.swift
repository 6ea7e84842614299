import Foundation
import Serving

/// What `run_exp <config> plan` prints: a function of the experiment and the machine, so that it can be read in a test.
struct PlanText {
  var sweep: Sweep
  var results: ResultPath
  /// By which the experiment's files are found.
  var locator: FileLocator
  /// Of this machine, where the experiment is to run here.
  var cores: Int?
  /// What it needs in the cloud, where it is to run there.
  var cloud: CloudPlan?

  /// What starting, draining and ending a trial takes, on top of its load: 1 s with processes, 5 s with two dozen containers.
  static let overhead_s = 5.0

  var text: String {
    let blocks = [summary, table, notes, warnings].filter { !$0.isEmpty }
    return (blocks.map { $0.joined(separator: "\n") + "\n" } + [cloud?.text].compactMap { $0 }).joined(separator: "\n")
  }

  // MARK: Head

  private var summary: [String] {
    let experiment = sweep.experiment
    let load_s = sweep.trials.reduce(0) { $0 + $1.load_s }
    let trials = sweep.trials.count == 1 ? "1 trial" : "\(sweep.trials.count) trials"
    let clients = experiment.numClients == 1 ? "1 client" : "\(experiment.numClients) clients"
    let overhead = Self.duration(Double(sweep.trials.count) * Self.overhead_s)
    return [
      "\(experiment.experimentID): \(trials) of \(experiment.model), "
        + "\(Self.duration(load_s)) of load and up to \(overhead) between",
      "processes of a trial: redis-server, frontend, \(clients), and the workers below (base + redundant)",
    ]
  }

  // MARK: Trials

  private static let header = [
    "trial", "bg", "bs", "k", "queue", "rate/s", "it", "mode", "workers", "queries", "time", "cores", "busy", "results",
  ]

  /// Columns that hold words; the others hold numbers and are set to the right.
  private static let words: Set = ["queue", "mode", "workers", "results"]

  private var table: [String] { TextTable.lines([Self.header] + sweep.trials.map(row), words: Self.words) }

  private func row(_ trial: Trial) -> [String] {
    let load = OfferedLoad(trial)
    return [
      "\(trial.index)", trial.background.text, "\(trial.batchSize)", "\(trial.k)", trial.queueMode.rawValue,
      Number.text(trial.rate), "\(trial.repetition)", trial.mode.rawValue,
      "\(trial.numModels) + \(trial.redundantInstances)", "\(trial.totalQueries)", Self.duration(trial.load_s),
      load.cores.map { Self.decimal($0) } ?? "?", load.utilisation.map(Self.percent) ?? "?",
      results.folder(of: trial),
    ]
  }

  // MARK: What the numbers mean

  private var notes: [String] {
    let here = cores.map { ", of \($0) here" } ?? ""
    var notes = ["cores: what the models keep busy on average\(here); busy: of an instance of the busiest pool"]
    if case .trace(let file) = sweep.experiment.arrivals {
      notes.append("arrivals keep the times of \(file); rate/s, time, cores and busy are as if they came at send_rates")
    }
    notes += faults + background
    let models = Set(sweep.trials.flatMap { $0.instances.map(\.model) }).sorted()
    for model in models {
      guard let trial = sweep.trials.first(where: { $0.instances.contains { $0.model == model } }) else { continue }
      notes.append("service time of \(model): \(Self.origin(of: model, in: trial))")
    }
    return notes
  }

  /// A line a fault: whom it strikes in which trials, and which go without it.
  private var faults: [String] {
    guard !sweep.experiment.faults.isEmpty else { return [] }
    var lengths = ScheduleLengths(files: FileCheck(locator: locator))
    let plans = sweep.trials.map { trial -> (index: Int, entries: [FaultPlan.Entry]) in
      let load_s = (try? lengths.length_s(of: trial)) ?? .infinity
      return (trial.index, FaultPlan(trial, load_s: load_s).entries)
    }
    // All trials have the same faults in the same order.
    return (plans.first?.entries ?? []).enumerated().map { place, entry in
      let ways = Dictionary(grouping: plans) { plan in
        plan.entries[place].omission ?? plan.entries[place].component?.name ?? ""
      }
      let texts = ways.sorted { ($0.value[0].index, $0.key) < ($1.value[0].index, $1.key) }.map { way, plans in
        "\(way) in \(Self.trials(plans.map(\.index)))"
      }
      return "fault: \(entry.fault): \(texts.joined(separator: "; "))"
    }
  }

  /// What goes on beside the load.
  private var background: [String] {
    var notes: [String] = []
    if cores != nil, sweep.trials.contains(where: { $0.shuffles > 0 }) {
      notes.append(
        "network shuffles (bg) run here between containers, as root, over links of \(Number.text(WorkerLink.usual_mbit)) Mbit/s "
          + "or of --link-mbit; without them: --set background_traffic='[0]'")
    }
    if let trial = sweep.trials.first(where: { $0.background == .clipper }) {
      let instances = Trial.secondTenantInstances(numModels: trial.numModels)
      notes.append(
        "second tenant (bg clipper): a frontend, a client and \(instances == 1 ? "1 instance" : "\(instances) instances") of \(trial.model) beside the trial's, "
          + "at \(Number.text(trial.backgroundRate ?? 0)) queries/s; cores and busy are without it")
    }
    return notes
  }

  private static func origin(of model: String, in trial: Trial) -> String {
    guard let builtIn = ModelCatalogue.model(named: model) else {
      return "not known before it has run, so its trials show ?"
    }
    if let service_ms = builtIn.service_ms {
      return builtIn.source == .within
        ? "none, it returns at once"
        : "\(Number.text(service_ms)) ms a query on one thread of the reference machine"
    }
    guard let time = trial.serviceTime else { return "not known" }
    return "\(time.kind.rawValue), mean \(decimal(time.mean_ms)) ms a batch; it sleeps and takes no core"
  }

  // MARK: Warnings

  var warnings: [String] {
    var warnings: [String] = []
    let loads = sweep.trials.map { (index: $0.index, load: OfferedLoad($0)) }
    let busy = loads.filter { $0.load.utilisation ?? 0 > 1 }
    if let most = busy.compactMap(\.load.utilisation).max() {
      warnings.append(
        "warning: \(Self.trials(busy.map(\.index))): instances would be busy up to \(Self.percent(most)) of the time; "
          + "queues grow until the load ends; lower send_rates or raise num_models")
    }
    let heavy = loads.filter { $0.load.cores ?? 0 > cores.map(Double.init) ?? .infinity }
    if let cores, let most = heavy.compactMap(\.load.cores).max() {
      warnings.append(
        "warning: \(Self.trials(heavy.map(\.index))): the models need up to \(Self.decimal(most)) cores, this machine has "
          + "\(cores); lower send_rates or choose a lighter model")
    }
    return warnings
  }

  /// `trial 3`, `trials 0-5, 8`: ascending numbers, runs of them drawn together.
  static func trials(_ numbers: [Int]) -> String {
    var runs: [ClosedRange<Int>] = []
    for number in numbers {
      if let last = runs.last, last.upperBound + 1 == number {
        runs[runs.count - 1] = last.lowerBound...number
      } else {
        runs.append(number...number)
      }
    }
    let texts = runs.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
    return (numbers.count == 1 ? "trial " : "trials ") + texts.joined(separator: ", ")
  }

  // MARK: Numbers

  /// `45 s`, `12 m 05 s`, `3 h 20 m`.
  static func duration(_ seconds: Double) -> String {
    guard seconds < 1e12 else { return "more than 30000 years" }
    guard seconds >= 10 else { return "\(decimal(seconds, places: 1)) s" }
    let whole = Int(seconds.rounded())
    switch whole {
    case ..<60: return "\(whole) s"
    case ..<3600: return "\(whole / 60) m \(padded(whole % 60)) s"
    default: return "\(whole / 3600) h \(padded(whole % 3600 / 60)) m"
    }
  }

  private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  private static func decimal(_ number: Double, places: Int = 2) -> String {
    String(format: "%.\(places)f", number)
  }

  private static func percent(_ share: Double) -> String { "\(decimal(share * 100, places: 0)) %" }
}

extension Trial {
  /// How long the schedule is expected to last, in seconds. A trace has its own length.
  var load_s: Double { Double(totalQueries) / rate }
}
