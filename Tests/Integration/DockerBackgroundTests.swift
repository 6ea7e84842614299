import CloudUtil
import Foundation
import Synchronization
import Testing

/// Background load beside an experiment whose workers are containers that play hosts. It takes what `DockerLaunchTests` takes,
/// and root with tc for the links.
@Suite(
  "Background load on this machine, in containers", .serialized,
  .enabled("SKIPPED: no Docker with images of these programs; see Scripts/test") { await Images.areCurrent })
struct DockerBackgroundTests {
  private static let mbit = 200.0

  @Test("shuffles load the workers' links, never beyond their rate, until the load has drained, and are recorded")
  func shuffles() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let watch = LinkWatch()
    async let samples = watch.samples()
    let output = try await bench.run(
      "$RUN launch --local --engine docker --link-mbit \(Self.mbit) --set background_traffic='[2]' "
        + "--set send_rates='[15]' --set num_queries=120")
    watch.stop()
    let seen = try await samples
    #expect(output.termination.isSuccess, "\(output.stderr)")
    #expect(try await bench.containers().isEmpty)
    #expect(bench.text("0/summary.json").contains("\"link_mbit\" : 200"))
    #expect(bench.text("deployment.txt").contains("shuffle-2-parm"))

    let rows = bench.text("0/shuffles.csv").split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    #expect(rows.first == ["stream", "from", "to", "bytes", "started_ns", "ended_ns"])
    let shuffles = rows.dropFirst()
    let workers: Set = ["worker/0", "worker/1", "parity/2"]
    #expect(Set(shuffles.map { $0[0] }) == ["0", "1"])
    #expect(shuffles.allSatisfy { workers.contains($0[1]) && workers.contains($0[2]) && $0[1] != $0[2] })
    #expect(shuffles.count { $0[5].isEmpty } == 2, "one of each stream is under way at the end")

    // Every link: what went over it in either direction, and how fast at most.
    let last = try #require(bench.column("received_ns", of: "0/records.csv").max())
    var moved = 0.0
    for link in Set(seen.flatMap { $0.bytes.keys }) {
      let readings = seen.compactMap { sample in sample.bytes[link].map { (sample.at_ns, $0) } }
      guard let first = readings.first, let end = readings.last, end.0 > first.0 else { continue }
      let seconds = Double(end.0 - first.0) / 1e9
      for direction in [\LinkWatch.Bytes.sent, \.received] {
        let bytes = Double(end.1[keyPath: direction] - first.1[keyPath: direction])
        moved += bytes
        // A bucket's burst and a large packet beyond what the rate allows.
        #expect(bytes <= Self.mbit * 1e6 / 8 * seconds * 1.02 + 1_000_000, "\(link): \(bytes) bytes in \(seconds) s")
      }
      // Once the load has drained there is at most what the frontend and its workers say to each other.
      let after = readings.filter { $0.0 > last + 1_000_000_000 }
      if let from = after.first?.1, let to = after.last?.1 {
        #expect(to.sent - from.sent + to.received - from.received < 1_000_000, "\(link) after the load")
      }
    }
    #expect(moved > 20_000_000, "\(moved) bytes on the links")
  }

  @Test(
    "the second tenant and shuffles end when the run was killed and terminate is called",
    arguments: [
      "'[\"clipper\"]' --set background_rate=20", "'[1]'",
    ])
  func killed(background: String) async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let container = background.contains("clipper") ? "bg_client-0-parm" : "shuffle-0-parm"
    _ = try await bench.run(
      "$RUN launch --local --engine docker --set send_rates='[5]' --set background_traffic=\(background)",
      until: { try await bench.containers().contains(container) }, signal: SIGKILL)
    #expect(try await bench.containers().contains(container))
    #expect(try await bench.run("$RUN terminate --local").termination.isSuccess)
    #expect(try await bench.containers().isEmpty)
  }

  @Test("a second tenant is served in containers of its own, and leaves none")
  func tenant() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let output = try await bench.run(
      #"$RUN launch --local --engine docker --set background_traffic='["clipper"]' --set background_rate=40"#)
    #expect(output.termination.isSuccess, "\(output.stderr)")
    #expect(output.stdout.contains("\nSECOND_TENANT (ms)\nNUM\tMED\tP99\n"))
    #expect(try bench.brokenRules().isEmpty)
    #expect(bench.text("background/logs/bg_frontend.log").contains("worker/0 joined"))
    #expect(try await bench.containers().isEmpty)
  }
}

extension ExperimentBench {
  /// The numbers of a column of a CSV file, empty ones left out.
  func column(_ name: String, of file: String) -> [Int64] {
    let rows = text(file).split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    guard let place = rows.first?.firstIndex(of: Substring(name)) else { return [] }
    return rows.dropFirst().compactMap { Int64($0[place]) }
  }
}

/// Watches the host's ends of containers' links.
final class LinkWatch: Sendable {
  struct Bytes: Sendable {
    var sent: Int64
    var received: Int64
  }
  struct Sample: Sendable {
    var at_ns: Int64
    var bytes: [String: Bytes]
  }

  private let isOver = Mutex(false)

  func stop() { isOver.withLock { $0 = true } }

  /// Ten times a second, until `stop`.
  func samples() async throws -> [Sample] {
    var samples: [Sample] = []
    while !isOver.withLock({ $0 }) {
      var bytes: [String: Bytes] = [:]
      for line in try String(contentsOfFile: "/proc/net/dev", encoding: .utf8).split(separator: "\n") {
        let words = line.split { $0 == " " || $0 == ":" }
        guard words.count >= 17, words[0].hasPrefix("veth"), let received = Int64(words[1]), let sent = Int64(words[9])
        else { continue }
        bytes[String(words[0])] = Bytes(sent: sent, received: received)
      }
      samples.append(Sample(at_ns: Int64(Date.now.timeIntervalSince1970 * 1e9), bytes: bytes))
      try await Task.sleep(for: .milliseconds(100))
    }
    return samples
  }
}
