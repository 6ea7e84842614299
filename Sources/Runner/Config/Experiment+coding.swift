// In result files, values look as they do in an experiment.

extension Background {
  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let count = try? container.decode(Int.self) {
      self = .shuffles(count)
    } else if (try? container.decode(String.self)) == "clipper" {
      self = .clipper
    } else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "neither a number of shuffles nor \"clipper\"")
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .shuffles(let count): try container.encode(count)
    case .clipper: try container.encode("clipper")
    }
  }
}

/// The keys of `arrivals` and `payload`.
private enum KindKey: String, CodingKey { case kind, file, folder, count }

extension ArrivalKind {
  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: KindKey.self)
    let kind = try container.decode(String.self, forKey: .kind)
    switch kind {
    case "poisson": self = .poisson
    case "uniform": self = .uniform
    case "trace": self = .trace(file: try container.decode(String.self, forKey: .file))
    default:
      throw DecodingError.dataCorruptedError(
        forKey: .kind, in: container, debugDescription: "no kind of arrivals: \"\(kind)\"")
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: KindKey.self)
    switch self {
    case .poisson: try container.encode("poisson", forKey: .kind)
    case .uniform: try container.encode("uniform", forKey: .kind)
    case .trace(let file):
      try container.encode("trace", forKey: .kind)
      try container.encode(file, forKey: .file)
    }
  }
}

extension Payload {
  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: KindKey.self)
    let kind = try container.decode(String.self, forKey: .kind)
    switch kind {
    case "images": self = .images(folder: try container.decodeIfPresent(String.self, forKey: .folder))
    case "floats": self = .floats(count: try container.decode(Int.self, forKey: .count))
    case "digits": self = .digits
    default:
      throw DecodingError.dataCorruptedError(
        forKey: .kind, in: container, debugDescription: "no kind of payload: \"\(kind)\"")
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: KindKey.self)
    switch self {
    case .images(let folder):
      try container.encode("images", forKey: .kind)
      try container.encodeIfPresent(folder, forKey: .folder)
    case .digits: try container.encode("digits", forKey: .kind)
    case .floats(let count):
      try container.encode("floats", forKey: .kind)
      try container.encode(count, forKey: .count)
    }
  }
}
