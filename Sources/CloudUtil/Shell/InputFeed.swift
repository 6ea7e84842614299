/// Writes the standard input of a command while it runs, by the function it is given, and returns at its end. That function waits
/// until the command keeps up, and says whether anybody still reads: false once the command has ended or closed its input.
typealias InputFeed = @Sendable (_ write: @escaping @Sendable ([UInt8]) async throws -> Bool) async throws -> Void
