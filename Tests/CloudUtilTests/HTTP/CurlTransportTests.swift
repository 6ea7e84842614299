import CloudUtil
import Foundation
import Testing

@Suite struct CurlTransportTests {
  private let transport = CurlTransport()

  @Test("A request arrives as it was made, and its response comes back whole")
  func echo() async throws {
    let body = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    try await TestServer.use { server in
      for method in ["POST", "PUT"] {
        let response = try await transport.send(
          HTTPRequest(method, server.url("/"), headers: [HTTPHeader("X-Question", "why  not")], body: body),
          deadline: .soon)
        #expect(response.status == 200)
        #expect(response.header("x-method") == method)
        #expect(response.header("X-ECHO") == "why  not")
        #expect(response.body == body)
      }
      let get = try await transport.send(.get(server.url("/")), deadline: .soon)
      #expect(get.header("x-method") == "GET" && get.body.isEmpty)
      let head = try await transport.send(HTTPRequest("HEAD", server.url("/big")), deadline: .soon)
      #expect(head.header("x-method") == "HEAD" && head.body.isEmpty)
    }
  }

  @Test("A status such as 404 is a response, not an error")
  func status() async throws {
    try await TestServer.use { server in
      let response = try await transport.send(.get(server.url("/missing")), deadline: .soon)
      #expect(response.status == 404)
    }
  }

  @Test("Requests after each other use one connection; requests at once do not wait for each other")
  func connections() async throws {
    try await TestServer.use { server in
      var ports: Set<String> = []
      for _ in 0..<5 {
        ports.insert(try await transport.send(.get(server.url("/connection")), deadline: .soon).text)
      }
      #expect(ports.count == 1)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { [transport] in
          await #expect(throws: CancellationError.self) {
            _ = try await transport.send(.get(server.url("/slow")), deadline: .soon)
          }
        }
        for _ in 0..<20 {
          let response = try await transport.send(.get(server.url("/connection")), deadline: .soon)
          #expect(response.status == 200)
        }
        group.cancelAll()
      }
    }
  }

  @Test("A request that is sent once arrives once, although a connection that was used before would be replaced")
  func sentOnce() async throws {
    try await TestServer.use { server in
      let first = try await transport.send(.get(server.url("/")), deadline: .soon)
      #expect(first.status == 200)
      var request = HTTPRequest("POST", server.url("/break"), body: [1])
      request.isSentOnce = true
      #expect(await failure(of: request)?.contains("the connection broke") == true)
      let breaks = try await transport.send(.get(server.url("/breaks")), deadline: .soon)
      #expect(breaks.text == "1")
    }
  }

  @Test("A proxy of the environment is not asked for loopback")
  func proxy() async throws {
    setenv("http_proxy", "http://127.0.0.1:9", 1)
    defer { unsetenv("http_proxy") }
    try await TestServer.use { server in
      let response = try await transport.send(.get(server.url("/")), deadline: .soon)
      #expect(response.status == 200)
    }
  }

  @Test("A response says from which address of this machine it was asked for")
  func localAddress() async throws {
    try await TestServer.use { server in
      let response = try await transport.send(.get(server.url("/")), deadline: .soon)
      #expect(response.localAddress == "127.0.0.1")
    }
  }

  @Test("A server is trusted for the certificates of the bundle that is named, and a bundle that is not there is named")
  func caBundle() async throws {
    try await TestServer.use(tls: true) { server in
      let trusting = CurlTransport(caBundle: server.certificate)
      let response = try await trusting.send(.get(server.url("/")), deadline: .soon)
      #expect(response.status == 200)
      #expect(await failure(of: .get(server.url("/")))?.contains("TLS:") == true)
      let missing = HTTPError.tls(url: server.url("/"), reason: "/nowhere/ca.pem: no certificates can be read there")
      await #expect(throws: missing) {
        _ = try await CurlTransport(caBundle: "/nowhere/ca.pem").send(.get(server.url("/")), deadline: .soon)
      }
    }
  }

  @Test("No error tells the password in a URL nor the value of a header")
  func nothingLeaks() async throws {
    let token = HTTPHeader("X-Amz-Security-Token", "TOKEN")
    let closed = try LoopbackPort.free()
    let urls = ["http://me:PASSWORD@127.0.0.1:\(closed)/", "gopher://me:PASSWORD@host/", "http://me:PASSWORD@[/"]
    for url in urls {
      for header in [token, HTTPHeader("X-Amz-Security-Token", "TOKEN\n")] {
        let error = await #expect(throws: HTTPError.self) {
          _ = try await transport.send(.get(url, headers: [header]), deadline: .soon)
        }
        var text = "\(String(describing: error)) \(String(reflecting: error))"
        dump(error, to: &text)
        #expect(!text.contains("PASSWORD") && !text.contains("TOKEN"), "\(url)")
      }
    }
  }

  @Test("Each way to fail has its own error")
  func errors() async throws {
    let closed = "http://127.0.0.1:\(try LoopbackPort.free())/"
    #expect(await failure(of: .get(closed))?.hasPrefix("\(closed): could not connect") == true)
    try await TestServer.use { server in
      let slow = await failure(of: .get(server.url("/slow")), within: .milliseconds(100))
      #expect(slow == "\(server.url("/slow")): no response by the deadline")
      let late = await failure(of: .get(server.url("/")), within: .seconds(-1))
      #expect(late == "\(server.url("/")): no response by the deadline")
      let secure = "https://127.0.0.1:\(server.port)/"
      #expect(await failure(of: .get(secure))?.hasPrefix("\(secure): TLS:") == true)
      #expect(await failure(of: .get(server.url("/break")))?.contains("the connection broke") == true)
      let small = CurlTransport(bodyLimit: 4999)
      await #expect(throws: HTTPError.tooLarge(url: server.url("/big"), limit_bytes: 4999)) {
        _ = try await small.send(.get(server.url("/big")), deadline: .soon)
      }
      let injected = HTTPRequest.get(server.url("/"), headers: [HTTPHeader("a", "b\r\nc: d")])
      #expect(await failure(of: injected)?.contains("line break in header a") == true)
    }
    #expect(await failure(of: .get("file:///etc/passwd"))?.contains("cannot be asked for") == true)
    #expect(await failure(of: .get("not a url"))?.contains("cannot be asked for") == true)
  }

  private func failure(of request: HTTPRequest, within time: Duration = .seconds(20)) async -> String? {
    await #expect(throws: HTTPError.self) { _ = try await transport.send(request, deadline: .now + time) }?.description
  }
}
