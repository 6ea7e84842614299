import FoundationEssentials
import Serving

/// Where arrivals come from (`--arrivals`).
enum ArrivalSource: Equatable, Sendable {
  case poisson
  case uniform
  /// Seconds from the start, one a line.
  case trace(file: String)

  /// - Throws: `ClientError` of kind usage.
  init(_ text: String) throws {
    switch text {
    case "poisson": self = .poisson
    case "uniform": self = .uniform
    case _ where text.hasPrefix("trace:") && text.count > 6: self = .trace(file: String(text.dropFirst(6)))
    default: throw ClientError(.usage, "--arrivals \(text): it is poisson, uniform or trace:FILE")
    }
  }

  /// - Throws: `ClientError` of kind input if a trace cannot be read.
  func process() throws -> Load.Process {
    switch self {
    case .poisson: return .poisson
    case .uniform: return .uniform
    case .trace(let file):
      guard let text = try? String(contentsOf: URL(filePath: file), encoding: .utf8) else {
        throw ClientError(.input, "arrivals \(file): cannot be read")
      }
      do {
        return .trace(try Trace(text: text))
      } catch {
        throw ClientError(.input, "arrivals \(file), \(error)")
      }
    }
  }
}

extension Options {
  /// What this client sends of the trial's schedule, which every client draws whole.
  /// - Throws: `ClientError` of kind input.
  func schedule(samples: Int) throws -> [Schedule.Query] {
    let load = Load(
      seed: seed, rate_per_s: rate, clients: clients, total: count, warmup: warmup,
      process: try arrivals.process(), samples: samples)
    do {
      return try Schedule(load).schedule(forClient: client)
    } catch {
      throw ClientError(.input, "arrivals: \(error)")
    }
  }
}
