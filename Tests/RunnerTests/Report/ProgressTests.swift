import Testing

@testable import Runner

@Suite struct ProgressTests {
  @Test("the bar shows share, latency so far and time left")
  func bar() {
    let bar = ProgressBar(label: "coded 300/s", elapsed_s: 30, total_s: 120, median_ms: 25.04, p99_ms: nil)
    #expect(bar.text == "coded 300/s [======                  ] median 25.0 ms  p99 -  1:30 left")
  }

  @Test("Below what somebody else has written the bar is drawn once its line is whole; who watches hears of each bar")
  func passing() {
    var written = ""
    var heard: [ProgressBar] = []
    let progress = Progress(isTerminal: true, write: { written += $0 }, watch: { heard.append($0) })
    let bar = ProgressBar(label: "x", elapsed_s: 0, total_s: 1)
    progress.pass("sta")
    progress.sending(bar)
    progress.pass("rting\n")
    progress.sending(bar)
    progress.pass("done\n")
    #expect(written == "starting\n\r\u{1B}[K\(bar.text)\r\u{1B}[Kdone\n" && heard == [bar, bar])
  }

  @Test("in a pipe each stage is a line and the bar is not drawn; on a terminal it is redrawn in place")
  func pipeAndTerminal() {
    let bar = ProgressBar(label: "x", elapsed_s: 0, total_s: 1)
    for isTerminal in [false, true] {
      var written = ""
      let progress = Progress(isTerminal: isTerminal, write: { written += $0 })
      progress.stage("deploy")
      progress.sending(bar)
      progress.note("kept")
      #expect(written == (isTerminal ? "\r\u{1B}[Kdeploy\r\u{1B}[K\(bar.text)\r\u{1B}[Kkept\n" : "deploy\nkept\n"))
    }
  }
}
