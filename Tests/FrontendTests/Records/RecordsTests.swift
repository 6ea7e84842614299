import Control
import Foundation
import NIOCore
import Serving
import Testing

@testable import Frontend

@Suite("Records")
struct RecordsTests {
  private func rows(_ path: String) throws -> [[String: String]] {
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(lines[0], $0)) }
  }

  private func temporaryFolder() -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent("frontend-records-\(UUID().uuidString)/below").path
  }

  @Test("drain closes what is open, finish writes a row for every query, refused ones included, and says done")
  func wholeRun() async throws {
    let folder = temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let running = try RunningServer(mode: .coded, recordsFolder: folder)
    defer { try? running.stop() }
    try running.worker(0, FakeWorker.echo)
    try running.worker(1, FakeWorker.silent)
    try running.worker(2, pool: .parity(0), FakeWorker.echo)
    running.server.take(.drain(queries: 6))
    let connections = try (0..<5).map { index in
      let connection = try running.connect()
      connection.post(floats: [Float(index), 0, 9, 0], headers: "query: \(100 + index)\r\n")
      return connection
    }
    let refused = try running.connect()
    refused.post(floats: [1], headers: "query: 200\r\n")
    #expect(try refused.reply().status == 400)
    let answered = try connections.prefix(4).map { try $0.reply() }
    #expect(answered.allSatisfy { $0.status == 200 })
    running.server.take(.finish)
    #expect(try await running.eventually { running.announcements.contains(Announcement(.frontend, .done)) })

    let queries = try rows(folder + "/frontend.csv")
    #expect(queries.count == 6)
    #expect(Set(queries.compactMap { $0["query"] }) == ["100", "101", "102", "103", "104", "200"])
    for row in queries where row["source"] == "own" || row["source"] == "reconstructed" {
      #expect(row["predicted"] == "2")
      let arrived = try #require(Int(row["arrived_ns"] ?? "")), completed = try #require(Int(row["completed_ns"] ?? ""))
      #expect(arrived <= completed)
      #expect(row["group"] != "" && row["batch"] != "")
      #expect(row[row["source"] == "own" ? "own_ns" : "redundant_ns"] != "")
    }
    #expect(queries.filter { $0["source"] == "failed" }.map { $0["query"] } == ["200"])
    let codes = try rows(folder + "/codes.csv")
    #expect(codes.filter { $0["kind"] == "encode" }.count == 2)
    #expect(codes.filter { $0["kind"] == "decode" }.count == queries.filter { $0["source"] == "reconstructed" }.count)
    let totals = try JSONSerialization.jsonObject(
      with: Data(contentsOf: URL(fileURLWithPath: folder + "/frontend.json")))
    #expect((totals as? [String: Any])?["queries"] as? Int == 6)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 3)
  }

  @Test("a late answer is recorded and not sent")
  func lateAnswer() async throws {
    let folder = temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let running = try RunningServer(deadline: .milliseconds(20), recordsFolder: folder)
    defer { try? running.stop() }
    let worker = try running.worker(0, FakeWorker.silent)
    let connection = try running.connect()
    connection.post(floats: [1, 2, 3, 4])
    #expect(try connection.reply().source == "default")
    try worker.say(.outputs(JobID(0), service_ns: 1, [.output(ByteBuffer(bytes: ([1] as [Float]).littleEndianBytes))]))
    running.server.take(.finish)
    #expect(try await running.eventually { running.announcements.contains(Announcement(.frontend, .done)) })
    let row = try #require(try rows(folder + "/frontend.csv").first)
    #expect(row["query"] == "" && row["source"] == "default" && row["predicted"] == "" && row["worker"] == "0")
    let own = try #require(Int(row["own_ns"] ?? "")), completed = try #require(Int(row["completed_ns"] ?? ""))
    #expect(own > completed)
  }

  @Test("a folder that cannot be made is reported, by name")
  func noFolder() throws {
    #expect(throws: RecordFile.Failure.self) {
      try Records(queries: 10).write(to: "/dev/null/records", totals: RunTotals())
    }
  }
}
