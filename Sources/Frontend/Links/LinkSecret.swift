/// Comparison of secrets in a time that does not depend on where they differ.
enum LinkSecret {
  static func matches(_ given: String, _ secret: String) -> Bool {
    let given = Array(given.utf8)
    let secret = Array(secret.utf8)
    var difference = given.count ^ secret.count
    for index in given.indices {
      difference |= Int(given[index] ^ (secret.isEmpty ? 0 : secret[index % secret.count]))
    }
    return difference == 0
  }
}
