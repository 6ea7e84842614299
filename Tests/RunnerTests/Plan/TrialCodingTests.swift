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
