import CloudUtil
import Foundation

/// Which machine was last at which address. Addresses of a cloud are given on: the host key of a machine that is gone must not
/// stand against that of the next.
struct AddressBook {
  /// In the folder of the cluster on this machine, a line `<address> <machine>` each.
  let path: String
  let knownHosts: KnownHosts

  /// Forgets the keys of addresses that have come to another machine, and remembers who is there now.
  func update(_ machines: [(name: String, destination: SSHDestination)]) throws {
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    var names: [String: String] = [:]
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      if words.count == 2 { names[words[0]] = words[1] }
    }
    for (name, destination) in machines {
      let address = KnownHosts.name(of: destination.address, port: destination.port)
      if let other = names[address], other != name { try knownHosts.forget(address) }
      names[address] = name
    }
    let lines = names.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)\n" }
    try lines.joined().write(toFile: path, atomically: true, encoding: .utf8)
  }
}
