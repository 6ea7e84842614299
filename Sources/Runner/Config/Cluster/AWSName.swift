/// The form of names that AWS gives; whether there is such a thing only AWS knows.
enum AWSName {
  /// `us-east-1`, `us-gov-west-1`.
  static func isRegion(_ text: String) -> Bool { text.wholeMatch(of: /[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}/) != nil }

  /// `us-east-1a`; local zones too (`us-west-2-lax-1a`).
  static func isZone(_ text: String) -> Bool {
    text.wholeMatch(of: /[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}(-[a-z0-9]+-[0-9]{1,2})?[a-z]/) != nil
  }

  /// `c5.xlarge`, `u-6tb1.56xlarge`, `c7i.metal-24xl`.
  static func isInstanceType(_ text: String) -> Bool {
    text.utf8.count <= 64 && text.wholeMatch(of: /[a-z][a-z0-9]*(-[a-z0-9]+)*\.[a-z0-9]+(-[a-z0-9]+)*/) != nil
  }

  /// `ami-` and 17 hexadecimal digits (8 in images of before 2016).
  static func isImage(_ text: String) -> Bool {
    text.wholeMatch(of: /ami-([0-9a-f]{8}|[0-9a-f]{17})/) != nil
  }

  /// An account, or a word for one.
  static func isImageOwner(_ text: String) -> Bool {
    ["amazon", "self", "aws-marketplace"].contains(text) || text.wholeMatch(of: /[0-9]{12}/) != nil
  }
}
