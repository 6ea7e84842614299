import Serving
import Wire

/// What only several keys together can get wrong.
extension ExperimentReader {
  /// A sweep beyond this would never end; most likely a list was multiplied out by mistake.
  static let maximumTrials = 100_000

  mutating func checkTogether(_ experiment: Experiment) {
    checkFrames(experiment)
    checkInFlight(experiment)
    checkTiles(experiment)
    checkWorkers(experiment)
    checkTrace(experiment)
    checkFaults(experiment)
    checkDuration(experiment)
    if experiment.trialCount > Self.maximumTrials {
      problems.add(keys.object, "the lists make \(experiment.trialCount) trials; allowed: up to \(Self.maximumTrials)")
    }
  }

  /// A parity batch travels to its worker as float32, in one frame.
  private mutating func checkFrames(_ experiment: Experiment) {
    guard let field = optional(.batch_sizes), case .array(let nodes) = field.node.value else { return }
    let most = (Link.maximumFrameBytes - 4096) / (experiment.payload.inputCount * 4)
    for (index, size) in experiment.batchSizes.enumerated() where size > most && index < nodes.count {
      problems.add(
        Field(keyPath: "batch_sizes[\(index)]", node: nodes[index]),
        allowed: "an integer from 1 to \(most) with inputs of this size")
    }
    guard case .images(let folder?) = experiment.payload, let payload = optional(.payload),
      let largest = experiment.batchSizes.max().map(Link.maximumInputBytes(batchSize:))
    else { return }
    let found = files.largestImage_bytes(folder)
    guard found > largest else { return }
    problems.add(
      payload, "\(JSONNode.quoted(folder)) has an image of \(found) bytes; allowed: up to \(largest) with these batches"
    )
  }

  /// A batch fills from queries that are in flight.
  private mutating func checkInFlight(_ experiment: Experiment) {
    guard let field = optional(.max_in_flight), let batch = experiment.batchSizes.max(),
      experiment.maxInFlight < batch
    else { return }
    problems.add(
      field, "found \(experiment.maxInFlight), with which no batch of \(batch) ever fills; allowed: at least \(batch)")
  }

  /// A concatenated query has a tile for each of its k inputs.
  private mutating func checkTiles(_ experiment: Experiment) {
    guard experiment.encoder == .concatenation, experiment.redundancyModes.contains(.coded),
      let field = optional(.ec_k_val), case .array(let nodes) = field.node.value
    else { return }
    let shape = experiment.payload.shape
    for (index, k) in experiment.kValues.enumerated() where index < nodes.count {
      guard !ConcatenationCode.fits(k: k, shape: shape) else { continue }
      problems.add(
        Field(keyPath: "ec_k_val[\(index)]", node: nodes[index]),
        "found \(k); an input of \(shape.map(String.init).joined(separator: "x")) has no room for so many tiles")
    }
  }

  /// Worker ids are 0 up to the most workers that a trial of the sweep has.
  private mutating func checkWorkers(_ experiment: Experiment) {
    guard let field = optional(.slowdowns), case .array(let nodes) = field.node.value else { return }
    let smallestK = experiment.kValues.min() ?? 2
    let parities = experiment.redundancyModes.contains(.coded) ? experiment.parities : 1
    let redundant = experiment.redundancyModes == [.none] ? 0 : experiment.numModels / smallestK * parities
    let last = experiment.numModels + redundant - 1
    for (index, node) in nodes.enumerated() {
      guard case .object(let members) = node.value,
        let workers = members.first(where: { $0.key == "workers" })?.node, case .array(let ids) = workers.value
      else { continue }
      for (place, id) in ids.enumerated() {
        guard case .number(let text) = id.value, let number = Int(text), number > last else { continue }
        problems.add(
          Field(keyPath: "slowdowns[\(index)].workers[\(place)]", node: id),
          allowed: "a worker id from 0 to \(last), as many as the largest trial has")
      }
    }
  }

  /// A trial that would last for months is a mistake in a unit.
  private mutating func checkDuration(_ experiment: Experiment) {
    guard experiment.arrivals.isDrawn, let field = optional(.send_rates), case .array(let nodes) = field.node.value
    else {
      return
    }
    let queries = Double(experiment.mostQueries)
    for (index, rate) in experiment.sendRates.enumerated() where index < nodes.count {
      guard queries / rate > NumberLines.maximumTrace_s else { continue }
      problems.add(
        Field(keyPath: "send_rates[\(index)]", node: nodes[index]),
        "found \(nodes[index].found), at which \(experiment.mostQueries) queries last "
          + "\(Number.text((queries / rate / 86_400).rounded())) days; allowed: up to 30 days a trial")
    }
  }

  /// A trace brings its own rate, and must last for the longest trial.
  private mutating func checkTrace(_ experiment: Experiment) {
    guard case .trace(let file) = experiment.arrivals, let field = optional(.arrivals) else { return }
    if experiment.sendRates.count > 1, let rates = optional(.send_rates) {
      problems.add(rates, "a trace has its own rate: several send_rates would be the same load; give one")
    }
    let needed = experiment.mostQueries
    guard let arrivals = trace(in: file, named: field)?.count, arrivals < needed
    else { return }
    problems.add(
      field, "\(JSONNode.quoted(file)) has \(arrivals) arrivals; allowed: at least \(needed), the queries of a trial")
  }
}

extension ArrivalKind {
  fileprivate var isDrawn: Bool {
    if case .trace = self { false } else { true }
  }
}

extension Experiment {
  /// The queries of the largest trial, warm-up included.
  fileprivate var mostQueries: Int {
    kValues.flatMap { k in batchSizes.map { warmupQueries(k: k, batchSize: $0) + measuredQueries } }.max() ?? 0
  }

  /// The product of the lists' lengths.
  var trialCount: Int {
    [
      backgroundTraffic.count, batchSizes.count, kValues.count, queueModes.count, sendRates.count, numTrials,
      redundancyModes.count,
    ].reduce(1) { product, length in
      let (result, overflow) = product.multipliedReportingOverflow(by: length)
      return overflow ? Int.max : result
    }
  }
}
