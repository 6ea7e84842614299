import Foundation
import Testing

@testable import CloudUtil

/// A machine as its user-data leaves it, in a folder: what it installed, and a metadata service on a loopback port.
struct MachineBench: Sendable {
  let bench: Workbench
  let metadata: String

  /// What came of asking once whether the machine's time is over.
  struct Answer: Equatable {
    var hasShutDown: Bool
    var isSuccess: Bool
    var stderr: String
  }

  /// Runs the user-data of a machine that ends at `expires`, with its absolute paths within the folder.
  static func use(
    expires: UTCTime = .now + .seconds(3600), _ body: (MachineBench) async throws -> Void
  ) async throws {
    try await Workbench.use { bench in
      let root = bench.folder.path
      try FileManager.default.createDirectory(atPath: root + "/bin", withIntermediateDirectories: true)
      try FileManager.default.createDirectory(atPath: root + "/etc/systemd/system", withIntermediateDirectories: true)
      try "#!/bin/sh\necho \"$@\" >>\(root)/systemctl.log\n".write(
        toFile: root + "/bin/systemctl", atomically: true, encoding: .utf8)
      let script = String(decoding: MachineExpiry.userData(expires: expires), as: UTF8.self)
        .replacing("/var/lib/", with: root + "/var/lib/").replacing("/usr/local", with: root + "/usr/local")
        .replacing("/etc/systemd", with: root + "/etc/systemd")
      try script.write(toFile: root + "/user-data", atomically: true, encoding: .utf8)
      let install = "chmod 755 \(root)/bin/systemctl; PATH=\(root)/bin:$PATH exec sh \(root)/user-data"
      try await LocalShell().require(Command("sh", ["-c", install]), deadline: .soon)

      try await bench.engine.deploy([bench.spec("metadata", Command("python3", ["-c", program, root]))])
      let file = root + "/port"
      try await eventually("the metadata service listens") { FileManager.default.fileExists(atPath: file) }
      let port = try String(contentsOfFile: file, encoding: .utf8)
      try await body(MachineBench(bench: bench, metadata: "http://127.0.0.1:\(port)"))
    }
  }

  func path(_ name: String) -> String { bench.folder.appendingPathComponent(name).path }
  func text(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }

  /// What the metadata service says: the tag of the machine, or the name of a fault.
  func tag(_ text: String) throws { try text.write(toFile: path("tag"), atomically: true, encoding: .utf8) }

  /// What the file on the machine says; nil removes it.
  func file(_ text: String?) throws {
    let path = path("var/lib/run_exp/expires")
    if let text {
      try text.write(toFile: path, atomically: true, encoding: .utf8)
    } else {
      try FileManager.default.removeItem(atPath: path)
    }
  }

  /// Asks as the timer does.
  func ask(_ environment: [String: String] = [:], metadata: String? = nil) async throws -> Answer {
    let sign = path("shut-down")
    var variables = [
      "RUN_EXP_METADATA": metadata ?? self.metadata, "RUN_EXP_EXPIRES": path("var/lib/run_exp/expires"),
      "RUN_EXP_SHUTDOWN": "touch \(sign)",
    ]
    variables.merge(environment) { $1 }
    let arguments = variables.map { "\($0.key)=\($0.value)" } + [path("usr/local/sbin/run_exp-expire")]
    let output = try await LocalShell().run(Command("env", arguments), deadline: .soon)
    defer { try? FileManager.default.removeItem(atPath: sign) }
    return Answer(
      hasShutDown: FileManager.default.fileExists(atPath: sign), isSuccess: output.termination.isSuccess,
      stderr: output.stderr)
  }

  private static let program = #"""
    import http.server, os, sys, time
    ROOT = sys.argv[1]
    TAG = "/latest/meta-data/tags/instance/run_exp:expires"
    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self, status, text=""):
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())
        def tag(self):
            try:
                with open(ROOT + "/tag") as file: return file.read()
            except FileNotFoundError: return ""
        def do_PUT(self):
            if self.tag() == "fault: garbage": self.wfile.write(b"garbage\r\n\r\n"); return
            if self.tag() == "fault: break": self.connection.close(); return
            if self.tag() == "fault: hang": time.sleep(15); return
            allowed = self.path == "/latest/api/token" and self.headers.get("X-aws-ec2-metadata-token-ttl-seconds")
            self.answer(200 if allowed else 400, "token-1" if allowed else "")
        def do_GET(self):
            if self.headers.get("X-aws-ec2-metadata-token") != "token-1": self.answer(401); return
            tag = self.tag()
            if tag == "fault: server": self.answer(500); return
            if tag == "fault: short":
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n2020-"); return
            self.answer(200 if tag and self.path == TAG else 404, tag)
        def log_message(self, *arguments): pass
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    open(ROOT + "/port.tmp", "w").write(str(server.server_address[1]))
    os.rename(ROOT + "/port.tmp", ROOT + "/port")
    server.serve_forever()
    """#
}
