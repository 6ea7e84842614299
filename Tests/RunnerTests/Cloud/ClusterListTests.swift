import Testing

@testable import CloudUtil
@testable import Runner

@Suite("The list of clusters")
struct ClusterListTests {
  @Test("has a line for each, whatever stands in its tags")
  func lines() {
    let view = ClusterView(
      id: ClusterID(experiment: "ParM"), instances: [], expires: nil, owner: "ada\nother/main\u{1B}[2K\u{202E}@laptop")
    let list = ClusterList(
      [view], region: "us-east-1", prices: PriceTable(date: "2026-11-21", types: [:]), now: UTCTime(seconds: 0))
    let lines = list.text.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines[1].hasSuffix(#"  ada\u{a}other/main\u{1b}[2K\u{202e}@laptop"#), "\(lines[1])")
    #expect(list.clusters[0].owner == view.owner)
  }
}
