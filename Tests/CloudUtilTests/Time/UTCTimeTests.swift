import CloudUtil
import Testing

@Suite struct UTCTimeTests {
  @Test(
    "A second is written and read as ISO 8601 in UTC",
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (951_782_399, "2000-02-28T23:59:59Z"), (951_782_400, "2000-02-29T00:00:00Z"),
      (1_440_938_160, "2015-08-30T12:36:00Z"), (4_107_542_400, "2100-03-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"),
    ])
  func readsAndWrites(seconds: Int64, text: String) {
    #expect(UTCTime(seconds: seconds).iso8601 == text)
    #expect(UTCTime(iso8601: text) == UTCTime(seconds: seconds))
  }

  @Test("Every day of eight centuries is read back as it was written")
  func everyDay() {
    for day in Int64(-135_000)..<160_000 {
      let time = UTCTime(seconds: day * 86_400 + day % 86_400 / 2 + 43_200)
      #expect(UTCTime(iso8601: time.iso8601) == time)
    }
  }

  @Test("AWS's own form has no separators")
  func basic() {
    let time = UTCTime(seconds: 1_440_938_160)
    #expect(time.basic == "20150830T123600Z")
    #expect(time.basicDate == "20150830")
  }

  @Test("A fraction of a second is dropped")
  func fraction() {
    #expect(UTCTime(iso8601: "2015-08-30T12:36:00.000Z") == UTCTime(seconds: 1_440_938_160))
  }

  @Test(
    "Anything else is no time",
    arguments: [
      "", "2015-08-30", "2015-08-30T12:36:00", "2015-02-29T00:00:00Z", "2015-13-01T00:00:00Z", "2015-08-30T24:00:00Z",
      "2015-08-30T12:36:00+01:00", "2015-08-30T12:36:00.Z", "2015-08-30 12:36:00Z", "x015-08-30T12:36:00Z",
    ])
  func malformed(text: String) {
    #expect(UTCTime(iso8601: text) == nil)
  }
}
