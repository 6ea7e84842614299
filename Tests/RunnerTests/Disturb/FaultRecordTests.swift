import Foundation
import Testing

@testable import Runner

@Suite("events.csv")
struct FaultRecordTests {
  private let done = FaultRecord(
    fault: Fault(at_s: 5.25, action: .delay, target: .random, delay_ms: 12.5), component: "worker/3",
    due_ns: 5_250_000_000,
    began_ns: 5_250_100_000, effective_ns: 5_262_000_000, outcome: .done, remark: "")
  private let omitted = FaultRecord(
    fault: Fault(at_s: 1, action: .slow, target: .numbered(role: .parity, number: 0), factor: 4), outcome: .omitted,
    remark: "no such target in this mode")
  private let failed = FaultRecord(
    fault: Fault(at_s: 7, action: .kill, target: .redis), component: "redis", due_ns: 7_000_000_000,
    began_ns: 7_000_000_001,
    outcome: .failed, remark: "it, too,\nhas ended")

  @Test("is read as it was written, a remark in one field")
  func roundTrip() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "events-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(try FaultRecord.read(from: folder).isEmpty)
    let journal = try FaultJournal(folder: folder)
    for record in [done, omitted, failed] { try await journal.append(record) }
    var plain = failed
    plain.remark = "it; too; has ended"
    #expect(try FaultRecord.read(from: folder) == [done, omitted, plain])
    #expect(done.late_ms == 12 && omitted.late_ms == nil && failed.late_ms == nil)
    try Data("at_s,what\n".utf8).write(to: folder.appending(path: FaultRecord.name))
    #expect(throws: CSVError.self) { try FaultRecord.read(from: folder) }
    try Data((FaultRecord.header + "1,kill,worker/0\n").utf8).write(to: folder.appending(path: FaultRecord.name))
    #expect(throws: CSVError.self) { try FaultRecord.read(from: folder) }
  }

  @Test("makes a trial INVALID whose fault did not happen, or whose client was killed, and no other")
  func reasons() {
    #expect(FaultRecord.reasons([done, omitted]).isEmpty)
    #expect(
      FaultRecord.reasons([failed]) == ["the fault kill redis at 7 s did not happen: it, too,\nhas ended"])
    var client = done
    client.fault = Fault(at_s: 2, action: .kill, target: .numbered(role: .client, number: 0))
    client.component = "client/0"
    #expect(FaultRecord.reasons([client]) == ["client/0 was killed at 2 s, and its records are lost"])
  }
}
