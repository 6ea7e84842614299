import Foundation
import Testing

@testable import CloudUtil

/// moto's EC2 on a loopback port, a process of its own.
struct MotoServer: Sendable {
  let endpoint: String

  static func use(_ body: (MotoServer) async throws -> Void) async throws {
    let root = (0..<4).reduce(URL(fileURLWithPath: #filePath)) { url, _ in url.deletingLastPathComponent() }
    let python = root.appendingPathComponent("Scripts/python").path
    try await Workbench.use { bench in
      let port = try LoopbackPort.free()
      let command = Command(python, ["-B", "-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)])
      try await bench.engine.deploy([bench.spec("moto", command)])
      let server = MotoServer(endpoint: "http://127.0.0.1:\(port)")
      let transport = CurlTransport()
      try await eventually("moto listens") {
        let page = try? await transport.send(.get("\(server.endpoint)/moto-api/"), deadline: .soon)
        return page?.status == 200
      }
      try await body(server)
    }
  }
}
