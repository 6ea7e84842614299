import NIOHTTP1

/// What a request asks for.
enum Route: Equatable {
  case predict, health, metrics

  /// - Parameter predictPath: `/<app>/predict`.
  /// - Throws: `Refusal` 404, or 405 with `Allow`.
  init(_ method: HTTPMethod, _ uri: String, predictPath: String) throws(Refusal) {
    if uri == predictPath, method == .POST {
      self = .predict
      return
    }
    let path = uri.prefix { $0 != "?" }
    let (route, allowed): (Route, HTTPMethod)
    switch path {
    case predictPath: (route, allowed) = (.predict, .POST)
    case "/healthz": (route, allowed) = (.health, .GET)
    case "/metrics": (route, allowed) = (.metrics, .GET)
    default: throw Refusal(.notFound, "nothing is at \(path); queries go to \(predictPath)")
    }
    guard method == allowed else {
      throw Refusal(
        .methodNotAllowed, "\(path) takes \(allowed.rawValue) only",
        header: Refusal.Header(name: "allow", value: allowed.rawValue))
    }
    self = route
  }
}
