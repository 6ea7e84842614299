import Testing

@testable import Client

@Suite("Where queries are posted to")
struct TargetTests {
  @Test(
    "An address is read by host, port and path",
    arguments: [
      ("http://127.0.0.1:1337/example/predict", "127.0.0.1", 1337, "/example/predict", "127.0.0.1:1337"),
      ("HTTP://Host", "Host", 80, "/", "Host:80"),
      ("http://h:8080", "h", 8080, "/", "h:8080"),
      ("http://h?x=1#y", "h", 80, "/?x=1", "h:80"),
      ("http://[::1]:99/p", "::1", 99, "/p", "[::1]:99"),
      ("http://[::1]/p", "::1", 80, "/p", "[::1]:80"),
    ])
  func addresses(url: String, host: String, port: Int, path: String, authority: String) throws {
    let target = try Target(url: url)
    #expect(target == Target(host: host, port: port, path: path))
    #expect(target.authority == authority)
  }

  @Test(
    "Anything else is a usage error that shows it",
    arguments: [
      "", "h:80", "https://h/", "http://", "http:///p", "http://:80/", "http://h:0/", "http://h:65536/", "http://h:x/",
      "http://h:/", "http://u@h/", "http://h/a b", "http://h/a\r\nx: y", "http://[::1]x/", "ftp://h",
    ])
  func refused(url: String) throws {
    let error = try #require(throws: ClientError.self) { try Target(url: url) }
    #expect(error.kind == .usage)
    #expect(error.description.hasPrefix("--url \(url): "))
  }

  @Test("HOST:PORT is read from the last colon")
  func hostAndPort() throws {
    #expect(try Options.hostAndPort("10.0.0.1:6379", of: "--redis") == ("10.0.0.1", 6379))
    for text in ["", "h", ":1", "h:", "h:0", "h:x", "h:70000"] {
      #expect(throws: ClientError.self) { try Options.hostAndPort(text, of: "--redis") }
    }
  }
}
