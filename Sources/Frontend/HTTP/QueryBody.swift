import NIOCore
import NIOHTTP1
import Wire

/// How a request's body says its input.
enum QueryBody: Equatable {
  /// `{"input": "<base64>"}`.
  case json
  /// A JPEG file as it is.
  case jpeg
  /// Little-endian float32 as they are.
  case floats

  /// - Parameter contentType: the header's value; nil if there is none, which is taken as JSON where it looks like it.
  /// - Throws: `Refusal` 415 for a type that says no input of this frontend.
  init(contentType: String?, body: ByteBuffer, input: InputForm) throws(Refusal) {
    let type = contentType.map { $0.prefix { $0 != ";" && $0 != " " }.lowercased() }
    let rawType = input.isImage ? "image/jpeg" : "application/octet-stream"
    switch (type, input.isImage) {
    case ("application/json", _): self = .json
    case (nil, _) where body.getInteger(at: body.readerIndex, as: UInt8.self) == UInt8(ascii: "{"): self = .json
    case ("image/jpeg", true): self = .jpeg
    case ("application/octet-stream", false): self = .floats
    default:
      let found = type.map { "content type \($0)" } ?? "no content type"
      throw Refusal(.unsupportedMediaType, "\(found); allowed are application/json and \(rawType)")
    }
  }

  /// The input's bytes.
  /// - Throws: `Refusal` 400 that says what is wrong with the body.
  func input(_ body: ByteBuffer, format: InputForm, allocator: ByteBufferAllocator) throws(Refusal) -> ByteBuffer {
    let bytes = self == .json ? try QueryBody.jsonInput(body, allocator: allocator) : body
    guard bytes.readableBytes > 0 else { throw Refusal(.badRequest, "the input is empty") }
    if !format.isImage, bytes.readableBytes != format.bytes {
      throw Refusal(
        .badRequest,
        "the input has \(bytes.readableBytes) bytes; expected are \(format.bytes), \(format.elements) float32 values")
    }
    if !format.isImage, !bytes.hasFiniteFloats {
      // Summed with others', it would spoil their answers.
      throw Refusal(.badRequest, "the input has a value that is not finite")
    }
    return bytes
  }

  private static func jsonInput(_ body: ByteBuffer, allocator: ByteBufferAllocator) throws(Refusal) -> ByteBuffer {
    var input = allocator.buffer(capacity: body.readableBytes / 4 * 3)
    do {
      let wasFound = try body.withUnsafeReadableBytes { text in
        var scanner = JSONScanner(text)
        var found: JSONScanner.RawString?
        try scanner.object { key, scanner in
          guard isInput(key) else { return try scanner.value() }
          guard scanner.isAtString() else {
            try scanner.value()
            throw Refusal(.badRequest, "\"input\" is not a string of base64")
          }
          found = try scanner.string()
        }
        guard let found else { return false }
        let isBase64 =
          if found.hasEscapes {
            JSONString.unescapeASCII(found.bytes)?.withUnsafeBytes { Base64.decode($0, into: &input) } ?? false
          } else {
            Base64.decode(found.bytes, into: &input)
          }
        guard isBase64 else { throw Refusal(.badRequest, "\"input\" is not base64") }
        return true
      }
      guard wasFound else { throw Refusal(.badRequest, "the body has no \"input\"") }
      return input
    } catch let error as JSONScanner.SyntaxError {
      throw Refusal(.badRequest, "the body is not JSON: expected \(error.expected) at byte \(error.offset)")
    } catch let error as Refusal {
      throw error
    } catch {
      throw Refusal(.badRequest, "the body cannot be read: \(error)")
    }
  }

  private static func isInput(_ key: JSONScanner.RawString) -> Bool {
    if key.hasEscapes { return JSONString.unescapeASCII(key.bytes)?.elementsEqual("input".utf8) ?? false }
    return key.bytes.elementsEqual("input".utf8)
  }
}
