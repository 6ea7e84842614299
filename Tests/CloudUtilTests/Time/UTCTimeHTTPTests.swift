import CloudUtil
import Testing

@Suite struct UTCTimeHTTPTests {
  @Test("The header Date is read")
  func date() {
    #expect(UTCTime(httpDate: "Sat, 21 Nov 2026 10:50:31 GMT") == UTCTime(iso8601: "2026-11-21T10:50:31Z"))
    #expect(UTCTime(httpDate: "Thu, 01 Jan 1970 00:00:00 GMT") == UTCTime(seconds: 0))
  }

  @Test(
    "Anything else is no date",
    arguments: [
      "", "Sat, 21 Nov 2026 10:50:31", "Sat, 21 Nov 2026 10:50:31 CET", "Sat, 31 Feb 2026 10:50:31 GMT",
      "Sat, 21 Now 2026 10:50:31 GMT", "Saturday, 21-Nov-26 10:50:31 GMT", "2026-11-21T10:50:31Z",
      "Sat, 1 Nov 2026 10:50:31 GMT", "Sat, 21 Nov 2026 10:50:31.5 GMT x",
    ])
  func malformed(text: String) { #expect(UTCTime(httpDate: text) == nil) }
}
