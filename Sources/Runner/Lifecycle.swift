enum Lifecycle {
  static func launch(_ invocation: Invocation, options: RunOptions) async throws { try await run(invocation, options: options) }
  static func run(_ invocation: Invocation, options: RunOptions) async throws {}
  static func analyze(_ invocation: Invocation) async throws {}
  static func terminate(_ invocation: Invocation) async throws {}
}
