import Foundation
import Testing

@testable import Runner

@Suite struct TrialCodingTests {
  @Test("what an experiment may say of background, arrivals and payload is read back as it was written")
  func values() throws {
    func copy<Value: Codable & Equatable>(_ value: Value) throws -> Value {
      try JSONDecoder().decode([Value].self, from: JSONEncoder().encode([value]))[0]
    }
    for background in [Background.shuffles(0), .shuffles(4), .clipper] { #expect(try copy(background) == background) }
    for arrivals in [ArrivalKind.poisson, .uniform, .trace(file: "a.csv")] { #expect(try copy(arrivals) == arrivals) }
    for payload in [Payload.images(folder: nil), .images(folder: "x"), .digits, .floats(count: 7)] {
      #expect(try copy(payload) == payload)
    }
  }

  @Test("what no experiment may say of them is not taken for something else")
  func strangers() {
    func refuses<Value: Decodable>(_ type: Value.Type, _ text: String) {
      #expect(throws: DecodingError.self, "\(text)") {
        try JSONDecoder().decode([Value].self, from: Data("[\(text)]".utf8))
      }
    }
    for text in ["1.5", #""clippers""#, "true", "{}"] { refuses(Background.self, text) }
    for text in [#"{"kind": "poison"}"#, "{}"] { refuses(ArrivalKind.self, text) }
    for text in [#"{"kind": "texts"}"#, "{}"] { refuses(Payload.self, text) }
  }

  @Test("two trials differ by the names of their keys, wherever they are in the sweep")
  func differences() {
    let trial = Trial.sample()
    var other = trial
    other.index = 7
    #expect(trial.differences(from: other).isEmpty)
    other.slo_ms = 50
    other.batchTimeout_ms = 3
    #expect(trial.differences(from: other) == ["batch_timeout_ms", "slo_ms"])
  }

  @Test("they look as in an experiment")
  func looks() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    func text(_ value: some Encodable) throws -> String { String(decoding: try encoder.encode([value]), as: UTF8.self) }
    #expect(try text(Background.shuffles(4)) == "[4]")
    #expect(try text(Background.clipper) == #"["clipper"]"#)
    #expect(try text(Payload.floats(count: 64)) == #"[{"count":64,"kind":"floats"}]"#)
    #expect(try text(ArrivalKind.poisson) == #"[{"kind":"poisson"}]"#)
  }
}
