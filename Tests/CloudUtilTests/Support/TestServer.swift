import CloudUtil
import Foundation
import Testing

/// An HTTP server on a loopback port, a process of its own.
struct TestServer: Sendable {
  let port: Int

  func url(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }

  static func use(_ body: (TestServer) async throws -> Void) async throws {
    try await Workbench.use { bench in
      let folder = bench.folder.path
      try await bench.engine.deploy([bench.spec("server", Command("python3", ["-c", program, folder]))])
      let file = folder + "/port"
      try await eventually("the server listens") { FileManager.default.fileExists(atPath: file) }
      let port = try #require(Int(try String(contentsOfFile: file, encoding: .utf8)))
      try await body(TestServer(port: port))
    }
  }

  private static let program = #"""
    import http.server, os, sys, time
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        def answer(self):
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            if self.path == "/slow": time.sleep(100)
            if self.path == "/break": self.connection.shutdown(2); return
            if self.path == "/big": body = b"x" * 5000
            if self.path == "/connection": body = str(self.client_address[1]).encode()
            self.send_response(404 if self.path == "/missing" else 200)
            self.send_header("X-Method", self.command)
            self.send_header("X-Echo", self.headers.get("x-question", "none"))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD": self.wfile.write(body)
        do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = answer
        def log_message(self, *arguments): pass
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    open(sys.argv[1] + "/port.tmp", "w").write(str(server.server_address[1]))
    os.rename(sys.argv[1] + "/port.tmp", sys.argv[1] + "/port")
    server.serve_forever()
    """#
}
