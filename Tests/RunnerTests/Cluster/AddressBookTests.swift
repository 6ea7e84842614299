import CloudUtil
import Foundation
import Testing

@testable import Runner

@Suite struct AddressBookTests {
  @Test("The host key of an address is forgotten when another machine has it, and only then")
  func reuse() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "addresses-\(randomHex(bytes: 4))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "known_hosts")
    let book = AddressBook(path: folder.path + "/addresses", knownHosts: KnownHosts(path: file.path))
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
    let lines = "203.0.113.1 \(key)\n203.0.113.2 \(key)\n"
    try lines.write(to: file, atomically: true, encoding: .utf8)
    func at(_ address: String) -> SSHDestination { SSHDestination(address: address, user: "admin", key: "/k") }
    for _ in 0..<2 { try book.update([("i-1", at("203.0.113.1")), ("i-2", at("203.0.113.2"))]) }
    #expect(try String(contentsOf: file, encoding: .utf8) == lines)
    try book.update([("i-1", at("203.0.113.1")), ("i-3", at("203.0.113.2"))])
    #expect(try String(contentsOf: file, encoding: .utf8) == "203.0.113.1 \(key)\n")
  }
}
