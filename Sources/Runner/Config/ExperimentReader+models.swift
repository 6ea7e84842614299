import Serving
import Wire

/// The models of an experiment, what is fed to them and how long a synthetic one takes.
extension ExperimentReader {
  mutating func readModels(into experiment: inout Experiment) {
    guard let field = optional(.model) else { return }
    let base = check(model: experiment.model, named: field)
    // Of a model that does not exist nothing can be said.
    guard base != nil || ModelReference.isPath(experiment.model) else { return }
    experiment.parityModel = redundantModel(.parity_model, for: .coded, isKnown: base?.parities != nil, in: experiment)
    experiment.approximateModel =
      redundantModel(.approximate_model, for: .cheap, isKnown: base?.approximate != nil, in: experiment)
      ?? base?.approximate
    checkParity(of: base, in: experiment)
    if let payload = readPayload(base: base, field: field) {
      experiment.payload = payload
      checkInputs(of: base, in: experiment)
    }
    completeServiceTime(of: &experiment)
  }

  /// A built-in model, or nil for a file; a problem if it is neither.
  private mutating func check(model: String, named field: Field) -> BuiltInModel? {
    if let builtIn = ModelCatalogue.model(named: model) { return builtIn }
    guard ModelReference.isPath(model) else {
      let nearest = NearestName.of(model, among: ModelCatalogue.names).map { "did you mean \"\($0)\"? " }
      problems.add(field, "found \(JSONNode.quoted(model)); \(nearest ?? "")allowed: \(Self.modelRule)")
      return nil
    }
    do throws(FileCheck.Unusable) {
      _ = try files.model(model)
    } catch {
      add(field, error)
    }
    return nil
  }

  /// What is to stand in for the base model in `mode`; its files are looked at if the mode is in the sweep.
  /// - Parameter isKnown: whether the catalogue knows one where the experiment names none.
  private mutating func redundantModel(
    _ key: ExperimentKey, for mode: RedundancyMode, isKnown: Bool, in experiment: Experiment
  ) -> String? {
    let isUsed = experiment.redundancyModes.contains(mode)
    let allowed = "the name of a built-in model or a path, in which {k} and {r} stand for the trial's"
    guard let field = optional(key) else {
      if isUsed, !isKnown, let model = optional(.model) {
        problems.add(
          Problem(
            origin: model.node.origin, keyPath: key.rawValue,
            message: "missing; \"\(mode.rawValue)\" needs one for the model \(model.node.found); allowed: \(allowed)"))
      }
      return nil
    }
    guard let name = field.string(allowed: allowed, problems: &problems) else { return nil }
    guard isUsed else { return name }
    let places = experiment.kValues.flatMap { k in (0..<experiment.parities).map { (k: k, parity: $0) } }
    for filled in Set(places.map { ModelReference.filled(name, k: $0.k, parity: $0.parity) }).sorted() {
      guard let model = check(model: filled, named: field) else { continue }
      if let base = ModelCatalogue.model(named: experiment.model), !model.takes(base.input) {
        problems.add(field, "found \(JSONNode.quoted(filled)), which takes other inputs than \(experiment.model)")
      }
    }
    return name
  }

  /// The parity models that ship are trained for certain k.
  private mutating func checkParity(of base: BuiltInModel?, in experiment: Experiment) {
    guard experiment.redundancyModes.contains(.coded), optional(.parity_model) == nil,
      let parities = base?.parities, let field = optional(.ec_k_val), case .array(let nodes) = field.node.value
    else { return }
    let (encoder, count) = (experiment.encoder, experiment.parities)
    for (index, k) in experiment.kValues.enumerated() where index < nodes.count {
      guard (0..<count).contains(where: { parities.name(encoder: encoder, k: k, parity: $0) == nil }) else { continue }
      problems.add(
        Field(keyPath: "ec_k_val[\(index)]", node: nodes[index]),
        "found \(k); for \(encoder.rawValue) and \(count) \(count == 1 ? "parity" : "parities"), \(experiment.model) "
          + "has parity models for k of: \(parities.known(encoder: encoder, parities: count)); for others give parity_model"
      )
    }
  }

  private mutating func readPayload(base: BuiltInModel?, field: Field) -> Payload? {
    let rule = #"{"kind": "images", "folder": ...}, {"kind": "digits"} or {"kind": "floats", "count": 64}"#
    enum Kind: String, CaseIterable { case images, digits, floats }
    guard let payload = optional(.payload) else {
      if let base { return base.defaultPayload }
      if ModelReference.isPath(field.node.text) {
        problems.add(
          Problem(
            origin: field.node.origin, keyPath: "payload",
            message: "missing; a model that is a file needs to be told what to feed it; allowed: \(rule)"))
      }
      return nil
    }
    guard
      let members = payload.members(known: ["kind", "folder", "count"], allowed: rule, problems: &problems),
      let kind = members.required("kind", allowed: rule, problems: &problems)?.choice(Kind.self, problems: &problems)
    else { return nil }
    if kind != .images { refuse("folder", in: members, unless: "kind is \"images\"") }
    if kind != .floats { refuse("count", in: members, unless: "kind is \"floats\"") }
    switch kind {
    case .digits: return .digits
    case .floats:
      let most = Link.maximumInputBytes / 4
      let count = members.required("count", allowed: "an integer from 1 to \(most)", problems: &problems)
      return count?.integer(1...most, problems: &problems).map { .floats(count: $0) }
    case .images:
      guard let folder = members.optional("folder") else { return .images(folder: nil) }
      guard let path = folder.string(allowed: "the path of a folder of JPEG files", problems: &problems) else {
        return nil
      }
      do throws(FileCheck.Unusable) {
        try files.images(path)
      } catch {
        add(folder, error)
      }
      return .images(folder: path)
    }
  }

  private mutating func checkInputs(of base: BuiltInModel?, in experiment: Experiment) {
    guard let base, let field = optional(.payload), !base.takes(experiment.payload.input) else { return }
    let needed =
      switch base.input {
      case .image: #"{"kind": "images"}"#
      case .floats(let shape): #"{"kind": "digits"} or {"kind": "floats", "count": \#(shape.reduce(1, *))}"#
      case .any: "any"
      }
    problems.add(field, "\(base.name) cannot be fed with it; allowed: \(needed)")
  }

  /// The synthetic model has a service time by default, and only it may have one.
  private mutating func completeServiceTime(of experiment: inout Experiment) {
    let names = [
      experiment.model, experiment.redundancyModes.contains(.coded) ? experiment.parityModel : nil,
      experiment.redundancyModes.contains(.cheap) ? experiment.approximateModel : nil,
    ]
    if names.contains("synthetic") {
      experiment.serviceTime = experiment.serviceTime ?? .standard
    } else if let field = optional(.service_time) {
      problems.add(
        field, "only the model \"synthetic\" has one, and this is \(JSONNode.quoted(experiment.model)); leave it out")
    }
  }
}

extension JSONNode {
  /// The text of a string, empty for anything else.
  fileprivate var text: String {
    if case .string(let text) = value { return text }
    return ""
  }
}
