import Foundation
import Serving
import Statistics

/// What two sides' trials say of each other: for each point, and for all of them together.
struct Comparison: Codable, Equatable, Sendable {
  /// Names of the sides.
  var a: String
  var b: String
  var metric: LatencyMetric
  var latency: LatencyKind
  /// How intervals were drawn.
  var bootstrap: Resampling
  /// Whether the halves of each pair had the same load.
  var shares_load: Bool
  var points: [Finding]
  /// Of the pairs of all points, where there are several.
  var all_points: Finding?
  var left_out: [TrialPairs.LeftOut]

  /// One point, or all.
  struct Finding: Codable, Equatable, Sendable {
    /// The settings that tell the point from others, by key; none of all points.
    var point: [String: String]
    var pairs: [PairedComparison.Pair]
    /// Of the metric, in ms.
    var compared: PairedComparison
    var medians: PairedComparison
    /// Trials of each side that fell behind their load.
    var overloaded_a: Int
    var overloaded_b: Int
    /// What may be said, or nil.
    var claim: String?

    /// Every key, null where there is nothing.
    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(point, forKey: .point)
      try container.encode(pairs, forKey: .pairs)
      try container.encode(compared, forKey: .compared)
      try container.encode(medians, forKey: .medians)
      try container.encode(overloaded_a, forKey: .overloaded_a)
      try container.encode(overloaded_b, forKey: .overloaded_b)
      try container.encode(claim, forKey: .claim)
    }
  }

  init(
    _ pairs: TrialPairs, names: (a: String, b: String), metric: LatencyMetric, latency: LatencyKind,
    bootstrap: Resampling = Resampling()
  ) {
    (a, b) = names
    (self.metric, self.latency, self.bootstrap) = (metric, latency, bootstrap)
    shares_load = pairs.points.joinedPairs.allSatisfy(\.sharesLoad)
    left_out = pairs.leftOut
    (points, all_points) = ([], nil)
    let labels = PointLabel.of(pairs.points.compactMap { $0.pairs.first?.a.trial }, compared: pairs.compared)
    points = zip(pairs.points, labels).compactMap { finding($0.pairs, point: $1) }
    if points.count > 1 { all_points = finding(pairs.points.joinedPairs, point: [:]) }
  }

  /// Nil without a pair that has the latency.
  private func finding(_ pairs: [TrialPairs.Pair], point: [String: String]) -> Finding? {
    func values(of metric: LatencyMetric) -> [PairedComparison.Pair] {
      pairs.compactMap { pair in
        guard let a = latency.sample(of: pair.a.summary), let b = latency.sample(of: pair.b.summary) else { return nil }
        return PairedComparison.Pair(a: metric.value(of: a), b: metric.value(of: b))
      }
    }
    func compared(_ values: [PairedComparison.Pair]) -> PairedComparison? {
      PairedComparison(values, bootstrap: bootstrap) { Xoshiro256(seed: $0) }
    }
    let measured = values(of: metric)
    guard let metric = compared(measured), let medians = compared(values(of: .median)) else { return nil }
    var finding = Finding(
      point: point, pairs: measured, compared: metric, medians: medians,
      overloaded_a: pairs.count { $0.a.summary.overloaded }, overloaded_b: pairs.count { $0.b.summary.overloaded })
    finding.claim = claim(of: finding)
    return finding
  }

  /// `coded: p99.9-median gap 2.9x smaller (2.4 to 3.5) than equal`: only where the interval leaves 1 outside.
  private func claim(of finding: Finding) -> String? {
    guard let ratio = finding.compared.ratio, ratio.excludes(1), let interval = ratio.interval else { return nil }
    let isSmaller = ratio.value > 1
    let (value, low, high) =
      isSmaller ? (ratio.value, interval.low, interval.high) : (1 / ratio.value, 1 / interval.high, 1 / interval.low)
    func text(_ number: Double, _ places: Int) -> String { String(format: "%.\(places)f", number) }
    // A factor next to 1 is told from it, by as many digits as that takes.
    let places = low >= 2 ? 1 : (2...9).first { text(low, $0) != text(1, $0) } ?? 9
    func text(_ number: Double) -> String { text(number, places) }
    return "\(b): \(metric.name) \(text(value))x \(isSmaller ? "smaller" : "larger") "
      + "(\(text(low)) to \(text(high))) than \(a)"
  }
}

/// What tells the points of a comparison apart.
enum PointLabel {
  /// The columns of a plan, in its order: a key and what a trial has for it.
  static let columns: [(name: String, key: String, text: @Sendable (Trial) -> String)] = [
    ("bg", Trial.CodingKeys.background.rawValue, { $0.background.text }),
    ("bs", Trial.CodingKeys.batchSize.rawValue, { "\($0.batchSize)" }),
    ("k", Trial.CodingKeys.k.rawValue, { "\($0.k)" }),
    ("queue", Trial.CodingKeys.queueMode.rawValue, { $0.queueMode.rawValue }),
    ("rate/s", Trial.CodingKeys.rate.rawValue, { Number.text($0.rate) }),
    ("mode", TrialSettings.mode, { $0.mode.rawValue }),
  ]

  /// What follows from others, or differs within a point.
  private static let following = [
    TrialSettings.repetition, TrialSettings.loadSeed, Trial.CodingKeys.redundantModels.rawValue,
    Trial.CodingKeys.warmupQueries.rawValue,
  ]

  /// The head of a setting's column.
  static func name(of key: String) -> String { columns.first { $0.key == key }?.name ?? key }

  /// For each point, given by one of its trials, its values of the columns' keys; those that are compared have no place.
  ///
  /// A setting that a plan has no column for stands under its own key where points differ in it.
  static func of(_ trials: [Trial], compared: Set<String>) -> [[String: String]] {
    let settings = trials.map { trial in
      trial.settings.filter { key, _ in
        !compared.contains(key) && !columns.contains { $0.key == key }
          && !following.contains(key)
      }
    }
    let keys = settings.reduce(into: Set<String>()) { $0.formUnion($1.keys) }
    let varying = keys.filter { key in Set(settings.map { $0[key] }).count > 1 }
    return zip(trials, settings).map { trial, settings in
      let own = columns.filter { !compared.contains($0.key) }.map { ($0.key, $0.text(trial)) }
      return Dictionary(own + varying.map { ($0, settings[$0] ?? "none") }) { first, _ in first }
    }
  }
}
