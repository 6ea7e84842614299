/// What is said to and by a shuffle program, a line each: it moves bytes to another of its kind and back, by order.
public enum Shuffles {
  /// Where it listens, on the address of its host.
  public static let port = 7411
  /// No line is longer.
  public static let maximumLineBytes = 512
}

/// The first line of a connection, by which the other side knows what it is for.
public enum ShuffleGreeting: Equatable, Sendable {
  /// Orders follow.
  case orders(secret: String)
  /// So many bytes follow; when all are there, as many go back.
  case data(secret: String, bytes: Int)

  /// - Parameter line: without its end.
  public init?(_ line: some StringProtocol) {
    let words = line.split(separator: " ", omittingEmptySubsequences: false)
    switch (words.first, words.count) {
    case ("orders", 2): self = .orders(secret: String(words[1]))
    case ("data", 3):
      guard let bytes = Int(words[2]), bytes > 0 else { return nil }
      self = .data(secret: String(words[1]), bytes: bytes)
    default: return nil
    }
  }

  public var text: String {
    switch self {
    case .orders(let secret): "orders \(secret)"
    case .data(let secret, let bytes): "data \(secret) \(bytes)"
    }
  }

  public var secret: String {
    switch self {
    case .orders(let secret), .data(let secret, _): secret
    }
  }
}

/// What it is told.
public enum ShuffleOrder: Equatable, Sendable {
  /// Send `bytes` to the program at `host` and take them back.
  /// - id: of the answer.
  case move(id: Int, host: String, port: Int, bytes: Int)
  /// End, now; what is on its way is dropped.
  case stop

  /// - Parameter line: without its end.
  public init?(_ line: some StringProtocol) {
    let words = line.split(separator: " ", omittingEmptySubsequences: false)
    switch (words.first, words.count) {
    case ("move", 5):
      guard let id = Int(words[1]), let port = Int(words[3]), 1...65_535 ~= port, let bytes = Int(words[4]), bytes > 0
      else { return nil }
      self = .move(id: id, host: String(words[2]), port: port, bytes: bytes)
    case ("stop", 1): self = .stop
    default: return nil
    }
  }

  public var text: String {
    switch self {
    case .move(let id, let host, let port, let bytes): "move \(id) \(host) \(port) \(bytes)"
    case .stop: "stop"
    }
  }
}

/// What it answers.
public enum ShuffleReply: Equatable, Sendable {
  /// To the greeting.
  case ready
  /// All bytes were there and are back.
  case moved(id: Int)
  case failed(id: Int, reason: String)

  /// - Parameter line: without its end.
  public init?(_ line: some StringProtocol) {
    let words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
    switch (words.first, words.dropFirst().first.flatMap { Int($0) }, words.count) {
    case ("ready", nil, 1): self = .ready
    case ("moved", let id?, 2): self = .moved(id: id)
    case ("failed", let id?, 3): self = .failed(id: id, reason: String(words[2]))
    default: return nil
    }
  }

  public var text: String {
    switch self {
    case .ready: "ready"
    case .moved(let id): "moved \(id)"
    case .failed(let id, let reason): "failed \(id) \(reason.replacing("\n", with: " "))"
    }
  }
}
