/// The name of a region: `us-east-1`. Which exist is not known here; a name that none can have is refused.
struct AWSRegion: Equatable, Sendable {
  let name: String
  /// Under which its services are found: `amazonaws.com`.
  let domain: String

  /// The first words of a region's name, and the domain of all regions that begin with them.
  private static let domains: [String: String] = [
    "cn": "amazonaws.com.cn", "eusc-de": "amazonaws.eu", "us-gov": "amazonaws.com", "us-iso": "c2s.ic.gov",
    "us-isob": "sc2s.sgov.gov", "eu-isoe": "cloud.adc-e.uk", "us-isof": "csp.hci.ic.gov",
  ].merging(
    ["af", "ap", "ca", "eu", "il", "me", "mx", "sa", "us"].map { ($0, "amazonaws.com") }, uniquingKeysWith: { $1 })

  private static let directions: Set<Substring> = [
    "north", "south", "east", "west", "central", "northeast", "northwest", "southeast", "southwest",
  ]

  /// Nil unless `name` is an area, a direction and a number.
  init?(_ name: String) {
    let words = name.split(separator: "-", omittingEmptySubsequences: false)
    guard words.count >= 3, let number = words.last, (1...2).contains(number.count),
      number.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      AWSRegion.directions.contains(words[words.count - 2]),
      let domain = AWSRegion.domains[words.dropLast(2).joined(separator: "-")]
    else { return nil }
    self.name = name
    self.domain = domain
  }

  /// Whether `name` is in a domain of AWS's.
  static func isHost(_ name: String) -> Bool { domains.values.contains { name.hasSuffix(".\($0)") } }

  /// Whether `text` can be signed for: whoever answers at an endpoint of one's own may call its region anything.
  static func isLabel(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count < 64
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }
}
