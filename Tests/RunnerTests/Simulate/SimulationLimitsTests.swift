import ArgumentParser
import Foundation
import Serving
import Testing

@testable import Runner

@Suite("A simulation")
struct SimulationLimitsTests {
  private func trials(queries: Int) throws -> [Trial] {
    try SimulatedMeasuresTests.sweep(["num_queries": "\(queries)", "num_trials": "3"]).trials
  }

  @Test("runs as many trials at a time as cores and memory allow")
  func width() throws {
    let trials = try trials(queries: 1_000_000)
    let one = SimulationMemory.needed_bytes(trials[0], withRows: false)
    #expect((300_000_000...400_000_000).contains(one))
    let memory = SimulationMemory(available_bytes: one * 5 / 2)
    #expect(try memory.trialsInParallel(trials, asked: nil, cores: 8, withRows: false) == 2)
    #expect(try memory.trialsInParallel(trials, asked: nil, cores: 1, withRows: false) == 1)
    #expect(try memory.trialsInParallel(trials, asked: 2, cores: 8, withRows: false) == 2)
    #expect(try memory.trialsInParallel([], asked: nil, cores: 8, withRows: false) == 1)
  }

  @Test("that needs more memory than there is is refused before it begins, with the key and what to do")
  func memory() throws {
    let trials = try trials(queries: 100_000_000)
    let memory = SimulationMemory(available_bytes: 1 << 30)
    let failure = #expect(throws: Failure.self) {
      try memory.trialsInParallel(trials, asked: nil, cores: 2, withRows: true)
    }
    #expect(failure?.exitCode == .infrastructure)
    #expect(failure?.description.hasPrefix("num_queries: ") == true)
    #expect(
      failure?.description.contains("1.0 GiB can be had. Give fewer num_queries, or leave out --records.") == true)
    let small = try self.trials(queries: 2_000_000)
    let many = #expect(throws: Failure.self) {
      try memory.trialsInParallel(small, asked: 4, cores: 2, withRows: false)
    }
    #expect(many?.description.contains("Give a smaller --trials-in-parallel.") == true)
    #expect(SimulationMemory.now().available_bytes > 1 << 20)
  }

  /// The most that a process had resident, in MiB, of trials whose queries all wait: 5000 queries/s on four instances. The
  /// columns: queries, mode, k, parities, MiB. Tables double between 1,040,000 and 1,100,000.
  private static let measured = """
    1040000 none 2 1 489,       1100000 none 2 1 809,        2000000 none 2 1 887,        2200000 none 2 1 1587
    1040000 equal 2 1 489,      1100000 equal 2 1 837,       2200000 equal 2 1 1587
    1040000 cheap 2 1 635,      1100000 cheap 2 1 1024,      2000000 cheap 2 1 1101,      2200000 cheap 2 1 2017
    1040000 replicated 2 1 598, 1100000 replicated 2 1 1037, 2000000 replicated 2 1 1102, 2200000 replicated 2 1 2041
    1040000 hedged 2 1 629,     1100000 hedged 2 1 803,      2000000 hedged 2 1 1161,     2200000 hedged 2 1 1496
    1040000 coded 2 1 597,      1100000 coded 2 1 726,       2000000 coded 2 1 1084,      2200000 coded 2 1 1392
    1040000 coded 2 3 829,      1100000 coded 2 3 918,       2000000 coded 2 3 1577,      2200000 coded 2 3 1719
    1040000 coded 4 3 560,      1100000 coded 4 3 714,       2200000 coded 4 3 1311
    """

  @Test("is reckoned a tenth above what was measured, in every mode, and not twice as much")
  func overload() throws {
    for line in Self.measured.split(whereSeparator: { ",\n".contains($0) }) {
      let words = line.split(separator: " ")
      let numbers = words.compactMap { Int($0) }
      try #require(words.count == 5 && numbers.count == 4)
      var trial = Trial.sample(mode: try #require(RedundancyMode(rawValue: String(words[1]))))
      (trial.measuredQueries, trial.warmupQueries, trial.maxInFlight) = (numbers[0], 0, 10_000_000)
      (trial.numModels, trial.k, trial.parities) = (4, numbers[1], numbers[2])
      let needed_mib = Double(SimulationMemory.needed_bytes(trial, withRows: false)) / 1_048_576
      #expect(needed_mib >= 1.1 * Double(numbers[3]) && needed_mib < 2 * Double(numbers[3]), "\(line): \(needed_mib)")
      // Few wait where few may.
      trial.maxInFlight = 10_000
      #expect(SimulationMemory.needed_bytes(trial, withRows: false) < numbers[0] * 420 + (32 << 20), "\(line)")
    }
  }

  @Test("says two sizes so that they differ")
  func sizes() {
    #expect(SimulationMemory.apart(3 << 30, 1 << 30) == ("3.0 GiB", "1.0 GiB"))
    #expect(SimulationMemory.apart(335 << 20, 330 << 20) == ("0.33 GiB", "0.32 GiB"))
    let (needed, available) = SimulationMemory.apart((300 << 20) + 1, 300 << 20)
    #expect(needed != available && needed.hasPrefix("0.29296"))
  }

  @Test("has the memory that the machine has left, or what the control groups around it leave")
  func availableMemory() throws {
    let mib = 1 << 20
    func available(_ files: [String: String]) throws -> Int {
      try withTemporaryFolder { folder in
        var files = files
        files["proc/meminfo"] = "MemTotal: 9 kB\nMemAvailable:    8192 kB\n"
        for (name, text) in files {
          let file = folder.appending(path: name)
          try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
          try Data(text.utf8).write(to: file)
        }
        return AvailableMemory(root: folder.path + "/").bytes
      }
    }
    #expect(try available([:]) == 8 * mib)
    let second = ["proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/b/memory.max": "max\n"]
    #expect(try available(second) == 8 * mib)
    let limited = second.merging([
      "sys/fs/cgroup/a/b/memory.current": "0\n", "sys/fs/cgroup/a/memory.max": "\(6 * mib)\n",
      "sys/fs/cgroup/a/memory.current": "\(3 * mib)\n",
      "sys/fs/cgroup/a/memory.stat": "anon 7\ninactive_file \(mib)\n",
    ]) { $1 }
    #expect(try available(limited) == 4 * mib)
    // A container sees its own group at the root.
    let container = ["sys/fs/cgroup/memory.max": "\(mib)\n", "sys/fs/cgroup/memory.current": "\(2 * mib)\n"]
    #expect(try available(limited.merging(container) { $1 }) == 0)
    #expect(
      try available([
        "proc/self/cgroup": "9:cpu,memory:/docker/x\n0::/\n",
        "sys/fs/cgroup/memory/docker/x/memory.limit_in_bytes": "\(2 * mib)\n",
        "sys/fs/cgroup/memory/docker/x/memory.usage_in_bytes": "\(mib)\n",
        "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
        "sys/fs/cgroup/memory/memory.usage_in_bytes": "5\n",
      ]) == mib)
  }

  @Test("on more hosts has their load, and its results beside those of the others")
  func hosts() throws {
    let experiment = try SimulatedMeasuresTests.sweep(["send_rates": "[150, 300]"]).experiment
    let scaled = try HostScaling(hosts: 600).scaled(experiment)
    #expect(scaled.numModels == 600 && scaled.sendRates == [15_000, 30_000])
    #expect(scaled.warmupBatches == 2000 && scaled.maxInFlight == 1_000_000)
    #expect(scaled.numQueries == experiment.numQueries)
    #expect(HostScaling(hosts: 600).finalDir("0") == "0-hosts_600")
    let fewer = try HostScaling(hosts: 3).scaled(experiment)
    #expect(fewer.sendRates == [75, 150] && fewer.warmupBatches == 20 && fewer.maxInFlight == 10_000)
    var traced = experiment
    traced.arrivals = .trace(file: "a")
    #expect(throws: Failure.self) { try HostScaling(hosts: 600).scaled(traced) }
    var coded = experiment
    coded.kValues = [2, 4]
    #expect(throws: Failure.self) { try HostScaling(hosts: 3).scaled(coded) }
    #expect(try HostScales("100,1000").scales == [HostScaling(hosts: 100), HostScaling(hosts: 1000)])
    for wrong in ["", "1", "100,", "100,100", "x", "2000000"] {
      #expect(throws: ValidationError.self, "\(wrong)") { try HostScales(wrong) }
    }
  }

  @Test("counts latencies in buckets that hold each of them, none twice")
  func histogram() throws {
    for value in [0, 1, 63, 64, 65, 1000, 25_000_000, 1 << 50] as [Int64] {
      let bounds = LatencyHistogram.bounds(around_ns: value)
      #expect(bounds.contains(value))
      #expect(Double(bounds.count) <= max(1, Double(value) / 32))
      #expect(LatencyHistogram.bounds(around_ns: bounds.lowerBound) == bounds)
      #expect(LatencyHistogram.bounds(around_ns: bounds.upperBound).lowerBound == bounds.upperBound)
    }
    let folder = try TemporaryFolder()
    try LatencyHistogram.write([("e2e", [0.00001, 1, 1.000001, 1.5, 20])], to: URL(filePath: folder.path))
    let text = try String(contentsOfFile: "\(folder.path)/histogram.csv", encoding: .utf8)
    #expect(
      text == """
        latency,from_ns,to_ns,queries
        e2e,10,11,1
        e2e,999424,1015808,2
        e2e,1474560,1507328,1
        e2e,19922944,20447232,1

        """)
  }
}
