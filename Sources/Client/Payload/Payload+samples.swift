import FoundationEssentials
import NIOCore

extension Payload {
  /// Loads or draws the samples.
  /// - Returns: one at least.
  /// - Throws: `ClientError` of kind input: a file that is absent, unreadable or not of its form.
  func samples(seed: UInt64) throws -> [Sample] {
    switch self {
    case .floats(let count): Sample.floats(count: count, seed: seed)
    case .images(let folder): try Payload.images(in: folder)
    case .digits(let file): try Payload.digits(try Payload.read(file), file: file)
    }
  }

  private static func images(in folder: String) throws -> [Sample] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
      throw ClientError(.input, "payload folder \(folder): not a folder that can be read")
    }
    let images = names.filter { [".jpg", ".jpeg"].contains(where: $0.lowercased().hasSuffix) }.sorted()
    guard !images.isEmpty else { throw ClientError(.input, "payload folder \(folder): no .jpg or .jpeg in it") }
    return try images.map { name in
      let file = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
      let bytes = try read(file)
      guard bytes.starts(with: [0xff, 0xd8, 0xff]) else { throw ClientError(.input, "payload \(file): not a JPEG") }
      return Sample(body: ByteBuffer(bytes: bytes), label: nil)
    }
  }

  static let digitPixels = 64

  /// Reads the rows of a digits file; empty lines are skipped.
  static func digits(_ bytes: some Sequence<UInt8>, file: String) throws -> [Sample] {
    let lines = String(decoding: Array(bytes), as: UTF8.self).split(omittingEmptySubsequences: false) { $0.isNewline }
    var samples: [Sample] = []
    for (index, line) in lines.enumerated() where !line.allSatisfy(\.isWhitespace) {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false).map {
        Int($0.filter { !$0.isWhitespace })
      }
      let values = fields.compactMap { $0 }
      guard values.count == fields.count, values.count == digitPixels + 1, let label = values.first, label >= 0,
        values.dropFirst().allSatisfy((0...16).contains)
      else {
        throw ClientError(
          .input, "payload \(file), line \(index + 1): not a label and \(digitPixels) whole numbers from 0 to 16")
      }
      var body = ByteBuffer()
      for pixel in values.dropFirst() { body.writeInteger((Float(pixel) / 16).bitPattern, endianness: .little) }
      samples.append(Sample(body: body, label: label))
    }
    guard !samples.isEmpty else { throw ClientError(.input, "payload \(file): it is empty") }
    return samples
  }

  private static func read(_ file: String) throws -> Data {
    do {
      return try Data(contentsOf: URL(filePath: file))
    } catch {
      throw ClientError(.input, "payload \(file): cannot be read")
    }
  }
}
