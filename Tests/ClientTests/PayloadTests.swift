import Foundation
import NIOCore
import Serving
import Testing

@testable import Client

@Suite("What queries carry")
struct PayloadTests {
  @Test("The kinds are told apart by their names")
  func kinds() throws {
    #expect(try Payload("floats:64") == .floats(count: 64))
    #expect(try Payload("images:a/b:c") == .images(folder: "a/b:c"))
    #expect(try Payload("digits:x.csv") == .digits(file: "x.csv"))
  }

  @Test(
    "Anything else is a usage error that names it",
    arguments: [
      "", "floats", "floats:", "floats:0", "floats:-1", "floats:1.5", "floats:x", "images:", "digits", "jpeg:x",
    ])
  func unknown(text: String) throws {
    let error = try #require(throws: ClientError.self) { try Payload(text) }
    #expect(error.kind == .usage)
    #expect(error.description.contains("--payload \(text)"))
  }

  @Test("Floats are the same for the same seed, differ between seeds, and are standard normal")
  func floats() throws {
    let samples = try Payload("floats:1000").samples(seed: 1)
    #expect(samples.map(\.body) == (try Payload("floats:1000").samples(seed: 1).map(\.body)))
    #expect(samples.map(\.body) != (try Payload("floats:1000").samples(seed: 2).map(\.body)))
    #expect(samples.count == 256)
    #expect(Set(samples.map(\.body)).count == 256)
    let values = samples.flatMap { floats($0) }
    let mean = values.reduce(0, +) / Float(values.count)
    let variance = values.reduce(0) { $0 + $1 * $1 } / Float(values.count)
    #expect(values.count == 256_000)
    #expect(abs(mean) < 0.02)
    #expect(abs(variance - 1) < 0.02)
  }

  @Test("Samples of any size stay within memory, and there is one at least")
  func distinct() {
    #expect(DistinctInputs.count(floats: 1) == 256)
    #expect(DistinctInputs.count(floats: 3 * 224 * 224) >= 20)
    #expect(DistinctInputs.count(floats: Payload.maximumFloats) == 1)
  }

  @Test("A row of digits is its label and 64 pixels as sixteenths")
  func digits() throws {
    let rows = [[3] + (0..<64).map { $0 % 17 }, [9] + Array(repeating: 16, count: 64)]
    let text = rows.map { $0.map(String.init).joined(separator: ",") }.joined(separator: "\r\n") + "\n\n"
    let samples = try Payload.digits(text.utf8, file: "digits.csv")
    #expect(samples.map(\.label) == [3, 9])
    #expect(floats(samples[0]) == (0..<64).map { Float($0 % 17) / 16 })
    #expect(floats(samples[1]) == Array(repeating: 1, count: 64))
  }

  @Test(
    "A row that is not of that form is refused by file and line",
    arguments: [
      "1,2,3", "a" + String(repeating: ",1", count: 64), "-1" + String(repeating: ",1", count: 64),
      "1,17" + String(repeating: ",1", count: 63), "1" + String(repeating: ",1", count: 65),
      "1," + String(repeating: ",1", count: 63),
    ])
  func badDigits(row: String) throws {
    let good = "1" + String(repeating: ",1", count: 64)
    let error = try #require(throws: ClientError.self) { try Payload.digits("\(good)\n\(row)\n".utf8, file: "d.csv") }
    #expect(error.kind == .input)
    #expect(error.description.contains("d.csv, line 2"))
  }

  @Test("Images are the JPEG files of the folder, by name, as they are")
  func images() throws {
    try inFolder { folder in
      let jpeg = Data([0xff, 0xd8, 0xff, 0xe0])
      for (name, tail) in [("b.jpg", 2), ("a.JPEG", 1), ("c.jpeg", 3)] {
        try (jpeg + Data([UInt8(tail)])).write(to: folder.appendingPathComponent(name))
      }
      try Data("not an image".utf8).write(to: folder.appendingPathComponent("README.md"))
      let samples = try Payload.images(folder: folder.path).samples(seed: 1)
      #expect(samples.map { $0.body.readableBytesView.last } == [1, 2, 3])
      #expect(samples.allSatisfy { $0.label == nil })
    }
  }

  @Test("A folder that is absent, without images or with something else under their name is refused by its name")
  func badImages() throws {
    try inFolder { folder in
      func error() throws -> ClientError {
        try #require(throws: ClientError.self) { try Payload.images(folder: folder.path).samples(seed: 1) }
      }
      #expect(try error().description.contains(folder.path))
      try Data("GIF89a".utf8).write(to: folder.appendingPathComponent("a.jpg"))
      #expect(try error().description.contains("a.jpg"))
    }
    let error = try #require(throws: ClientError.self) { try Payload("images:/nonexistent").samples(seed: 1) }
    #expect(error.kind == .input)
    let file = try #require(throws: ClientError.self) { try Payload("digits:/nonexistent.csv").samples(seed: 1) }
    #expect(file.kind == .input)
    #expect(file.description.contains("/nonexistent.csv"))
  }

  private func floats(_ sample: Sample) -> [Float] {
    var body = sample.body
    return (0..<body.readableBytes / 4).compactMap { _ in
      body.readInteger(endianness: .little, as: UInt32.self).map { Float(bitPattern: $0) }
    }
  }
}

/// Gives `body` a folder of its own and removes it.
func inFolder(_ body: (URL) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("client-tests-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder)
}
