import Serving

/// `service_time`: what the synthetic model takes for one batch.
extension ExperimentReader {
  mutating func readServiceTime() -> ServiceTime? {
    let rule = #"{"kind": "lognormal", "median_ms": 25, "sigma": 0.05}"#
    let names = ["kind", "median_ms", "sigma", "file"]
    guard let field = optional(.service_time),
      let members = field.members(known: names, allowed: rule, problems: &problems)
    else { return nil }
    var time = ServiceTime.standard
    if let kind = members.optional("kind") {
      guard let known = kind.choice(ServiceTime.Kind.self, problems: &problems) else { return nil }
      time.kind = known
    }
    if let median = members.optional("median_ms") {
      if time.kind == .empirical {
        refuse("median_ms", in: members, unless: "kind is another than \"empirical\"")
      }
      time.median_ms = median.number(0...3_600_000, isOpen: true, unit: " (ms)", problems: &problems) ?? time.median_ms
    }
    if let sigma = members.optional("sigma") {
      if time.kind != .lognormal { refuse("sigma", in: members, unless: "kind is \"lognormal\"") }
      time.sigma = sigma.number(0...10, unit: " (of the logarithm)", problems: &problems) ?? time.sigma
    }
    if time.kind == .empirical {
      time.file = readEmpirical(members, into: &time)
    } else {
      refuse("file", in: members, unless: "kind is \"empirical\"")
    }
    return time
  }

  /// The file, and its median in `time`.
  private mutating func readEmpirical(_ members: Members, into time: inout ServiceTime) -> String? {
    let allowed = "the path of a file: service times in ms, one a line"
    guard let file = members.required("file", allowed: allowed, problems: &problems),
      let path = file.string(allowed: allowed, problems: &problems),
      let times_ms = numbers(in: path, upTo: NumberLines.maximumService_ms, named: file)?.sorted()
    else { return nil }
    time.median_ms = (times_ms[(times_ms.count - 1) / 2] + times_ms[times_ms.count / 2]) / 2
    return path
  }
}

extension ServiceTime {
  /// Where the experiment says nothing.
  static let standard = ServiceTime(kind: .lognormal, median_ms: 25, sigma: 0.05, file: nil)
}
