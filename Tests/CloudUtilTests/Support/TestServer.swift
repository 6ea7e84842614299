import CloudUtil
import Foundation
import Testing

/// An HTTP server on a loopback port, a process of its own.
struct TestServer: Sendable {
  let port: Int
  /// The path of the certificate that it alone has; nil if it speaks no TLS.
  let certificate: String?

  func url(_ path: String) -> String { "\(certificate == nil ? "http" : "https")://127.0.0.1:\(port)\(path)" }

  static func use(tls: Bool = false, _ body: (TestServer) async throws -> Void) async throws {
    try await Workbench.use { bench in
      let folder = bench.folder.path
      let certificate = tls ? folder + "/certificate.pem" : nil
      if let certificate {
        let make =
          "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=127.0.0.1"
          + " -addext subjectAltName=IP:127.0.0.1 -keyout \(certificate).key -out \(certificate)"
        try await LocalShell().require(
          Command("openssl", make.split(separator: " ").map(String.init)), deadline: .soon)
      }
      let arguments = ["-c", program, folder] + (certificate.map { [$0] } ?? [])
      try await bench.engine.deploy([bench.spec("server", Command("python3", arguments))])
      let file = folder + "/port"
      try await eventually("the server listens") { FileManager.default.fileExists(atPath: file) }
      let port = try #require(Int(try String(contentsOfFile: file, encoding: .utf8)))
      try await body(TestServer(port: port, certificate: certificate))
    }
  }

  private static let program = #"""
    import http.server, os, ssl, sys, time
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        breaks = 0
        def answer(self):
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            if self.path == "/slow": time.sleep(100)
            if self.path == "/break": Handler.breaks += 1; self.connection.shutdown(2); return
            if self.path == "/breaks": body = str(Handler.breaks).encode()
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
    if len(sys.argv) > 2:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[2], sys.argv[2] + ".key")
        server.socket = context.wrap_socket(server.socket, server_side=True)
    open(sys.argv[1] + "/port.tmp", "w").write(str(server.server_address[1]))
    os.rename(sys.argv[1] + "/port.tmp", sys.argv[1] + "/port")
    server.serve_forever()
    """#
}
