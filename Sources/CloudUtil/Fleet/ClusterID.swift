/// The machines of an experiment that are got, used and given back together. An experiment may have several clusters.
public struct ClusterID: Hashable, Sendable, CustomStringConvertible {
  /// The experiment's id, for which ParM's tag `EXP_ID` stands.
  public var experiment: String
  public var name: String

  /// The cluster of an experiment that names none.
  public static let defaultName = "main"

  public init(experiment: String, name: String = ClusterID.defaultName) {
    self.experiment = experiment
    self.name = name
  }

  /// `ParM/main`.
  public var description: String { "\(experiment)/\(name)" }
}

extension ClusterID {
  /// Whether `text` can be the id of an experiment or the name of a cluster: 1 to 100 of `A-Z a-z 0-9 . _ -`, not beginning
  /// with `.` or `-`, so that it can be one level of a path and means nothing else in a filter.
  public static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, text.utf8.count <= 100 else { return false }
    return !".-".utf8.contains(first) && text.utf8.allSatisfy(isOfName)
  }

  private static func isOfName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "._-".utf8.contains(byte)
    }
  }
}
