extension RemoteShell {
  /// Runs `command` and hands `take` each line of its stdout, as UTF-8 and without its newline, as soon as it is whole;
  /// the last one also without a newline.
  ///
  /// - Parameter take: the command is ended once it says `.enough`, or throws.
  /// - Returns, Throws: as `stream`.
  public func follow(
    _ command: Command, deadline: ContinuousClock.Instant,
    _ take: @escaping @Sendable (String) async throws -> Following
  ) async throws -> Output {
    let splitter = LineSplitter()
    let output = try await stream(command, deadline: deadline) { piece in
      for line in await splitter.lines(in: piece) {
        guard case .goOn = try await take(line) else {
          await splitter.close()
          return .enough
        }
      }
      return .goOn
    }
    if let rest = await splitter.rest() { _ = try await take(rest) }
    return output
  }
}

/// Cuts a stream of bytes into lines.
private actor LineSplitter {
  private var partial: [UInt8] = []

  /// The lines that `piece` makes whole.
  func lines(in piece: [UInt8]) -> [String] {
    partial += piece
    var parts = partial.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    partial = parts.popLast().map(Array.init) ?? []
    return parts.map { String(decoding: $0, as: UTF8.self) }
  }

  /// Forgets what is left: nobody wants it.
  func close() { partial = [] }

  /// What came after the last newline; nil if nothing did.
  func rest() -> String? {
    guard !partial.isEmpty else { return nil }
    defer { partial = [] }
    return String(decoding: partial, as: UTF8.self)
  }
}
