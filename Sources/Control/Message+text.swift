/// Where a frontend listens: queries by HTTP, workers by `Link` frames.
public struct FrontendAddress: Equatable, Sendable, CustomStringConvertible {
  public var host: String
  public var httpPort: Int
  public var linkPort: Int

  public init(host: String, httpPort: Int, linkPort: Int) {
    self.host = host
    self.httpPort = httpPort
    self.linkPort = linkPort
  }

  init?(_ text: String) {
    let words = text.split(separator: " ")
    guard words.count == 3, let httpPort = Int(words[1]), let linkPort = Int(words[2]) else { return nil }
    self.init(host: String(words[0]), httpPort: httpPort, linkPort: linkPort)
  }

  public var description: String { "\(host) \(httpPort) \(linkPort)" }
}

extension Announcement {
  init(_ text: String) throws {
    let words = text.split(separator: "\t", maxSplits: 2, omittingEmptySubsequences: false)
    guard words.count == 3, let state = State(rawValue: String(words[1])) else {
      throw ControlChannel.Failure(description: "not an announcement: \(text)")
    }
    self.init(Component(String(words[0])), state, detail: String(words[2]))
  }

  var text: String { "\(component)\t\(state.rawValue)\t\(detail)" }
}

extension Order {
  init(_ text: String) throws {
    let words = text.split(separator: " ")
    switch (words.first, words.dropFirst().first.flatMap { Int64($0) }, words.count) {
    case ("go", let start?, 2): self = .go(start_ns: start)
    case ("drain", let queries?, 2): self = .drain(queries: Int(queries))
    case ("finish", nil, 1): self = .finish
    default: throw ControlChannel.Failure(description: "not an order: \(text)")
    }
  }

  var text: String {
    switch self {
    case .go(let start): "go \(start)"
    case .drain(let queries): "drain \(queries)"
    case .finish: "finish"
    }
  }
}
