import Testing

@testable import CloudUtil

@Suite struct LoopbackPortTests {
  @Test("A port that was found free is not taken; one where somebody listens is")
  func taken() async throws {
    #expect(try !LoopbackPort.isTaken(LoopbackPort.free()))
    try await TestServer.use { server in
      let isTaken = try LoopbackPort.isTaken(server.port)
      #expect(isTaken)
    }
  }

  @Test("A number that is no port is refused", arguments: [-1, 65536])
  func numbers(_ port: Int) { #expect(throws: SystemCall.self) { try LoopbackPort.isTaken(port) } }
}
