import Testing

@testable import Serving

@Suite struct WindowTests {
  @Test("values are found by id whatever goes first, and forgotten ids find nothing")
  func matchesADictionary() {
    var random = SplitMix64(seed: 7)
    var window = Window<Int>()
    var reference: [Int: Int] = [:]
    for step in 0..<20_000 {
      if Bool.random(using: &random) || reference.isEmpty {
        reference[window.append(step)] = step
      } else {
        let id = Int.random(in: max(0, window.start - 2)...(window.end + 2), using: &random)
        window[id]? += 1
        if let value = reference[id] { reference[id] = value + 1 }
        #expect(window[id] == reference[id])
        window.remove(id)
        reference[id] = nil
      }
      #expect(window.count == reference.count)
    }
    for id in 0..<window.end { #expect(window[id] == reference[id]) }
    #expect(window.start == reference.keys.min() ?? window.end)
  }
}
