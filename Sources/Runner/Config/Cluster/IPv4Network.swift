/// A block of IPv4 addresses in CIDR notation (RFC 4632): `192.0.2.0/24`.
struct IPv4Network: Codable, Equatable, Sendable, CustomStringConvertible {
  /// The first address of the block.
  let address: UInt32
  /// How many bits all addresses share, 0 to 32.
  let prefix: Int

  /// The block in which `address` lies.
  /// - Parameter prefix: 0 to 32.
  init(around address: UInt32, prefix: Int) {
    self.address = prefix == 0 ? 0 : address & ~UInt32(0) << UInt32(32 - prefix)
    self.prefix = prefix
  }

  /// nil for anything but the notation, and for a block that does not begin at its address.
  init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let address = Self.address(String(parts[0])),
      let prefix = Self.number(parts[1], upTo: 32)
    else { return nil }
    self.init(around: address, prefix: prefix)
    guard self.address == address else { return nil }
  }

  var description: String {
    [24, 16, 8, 0].map { "\(address >> UInt32($0) & 255)" }.joined(separator: ".") + "/\(prefix)"
  }

  /// `192.0.2.1`; nil for anything else, leading zeros (which some read as octal) included.
  static func address(_ text: String) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var address: UInt32 = 0
    for part in parts {
      guard let byte = number(part, upTo: 255) else { return nil }
      address = address << 8 | UInt32(byte)
    }
    return address
  }

  private static func number(_ text: Substring, upTo most: Int) -> Int? {
    guard (1...3).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      text == "0" || !text.hasPrefix("0"), let number = Int(text), number <= most
    else { return nil }
    return number
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let network = IPv4Network(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(text) is not an IPv4 network")
    }
    self = network
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
