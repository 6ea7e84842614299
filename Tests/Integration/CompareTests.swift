import CloudUtil
import Foundation
import Testing

/// `compare` and `search` as a user runs them, on results of real processes.
@Suite("Finished trials") struct CompareTests {
  @Test("of two modes are compared by name, by folder, as JSON, and from summaries where records are gone")
  func compare() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let settings = #"--set redundancy_modes='["equal", "coded"]' --set num_trials=2 --set num_queries=100"#
    let launched = try await bench.run("$RUN launch --local --engine process --set send_rates='[200]' \(settings)")
    #expect(launched.termination.isSuccess, "\(launched.stderr)")

    let compare = "$RUN compare equal coded --set send_rates='[200]' \(settings)"
    let modes = try await bench.run(compare)
    #expect(modes.termination.isSuccess, "\(modes.stderr)")
    #expect(modes.stdout.hasPrefix("p99.9-median gap of e2e latency in ms: equal against coded\n"))
    // Of two pairs at most: a busy machine may have made one INVALID.
    #expect(modes.stdout.contains("no claim: ") && !modes.stdout.contains(" than equal"))

    let point = "results/local/\(bench.id)/wt_local/bm_synthetic/bg_0/bs_1/rate_200/k_2/nq_110"
    let folders = try await bench.run("${RUN% *} compare \(point)/mode_equal/ \(point)/mode_coded")
    #expect(folders.termination.isSuccess, "\(folders.stderr)")
    let renamed = modes.stdout.replacing(" equal", with: " mode_equal").replacing(" coded", with: " mode_coded")
    // Columns are wider under longer names; words are the same.
    func words(_ text: String) -> [Substring] { text.split { $0 == " " || $0 == "\n" }.filter { !$0.contains("/") } }
    #expect(words(folders.stdout) == words(renamed))

    // Another setting is what is compared; without saying so it is none of the experiment's.
    let slower = "\(settings) --set slo_ms=5000 --final_dir slower"
    let launchedSlower = try await bench.run(
      "$RUN launch --local --engine process --set send_rates='[200]' \(slower)")
    #expect(launchedSlower.termination.isSuccess, "\(launchedSlower.stderr)")
    let across = "$RUN compare 0 slower --set send_rates='[200]' \(settings)"
    let same = try await bench.run(across)
    #expect(same.termination == .exited(65) && same.stderr.contains("other settings than asked for here: slo_ms"))
    let allowed = try await bench.run("\(across) --across slo_ms")
    #expect(allowed.termination.isSuccess && allowed.stdout.contains("0 against slower"), "\(allowed.stderr)")
    // Of a word that is no mode beside one that is, it says which.
    let odd = try await bench.run("$RUN compare equal hedged --set send_rates='[200]' \(settings)")
    #expect(
      odd.stderr.contains("no results of hedged, which is no mode of the experiment (equal, coded)"), "\(odd.stderr)")
    #expect(odd.stderr.contains("/hedged.\n"), "\(odd.stderr)")

    let json = try await bench.run("\(compare) --json --metric median --latency client")
    #expect(json.stdout.contains(#""metric":"median""#) && json.stdout.contains(#""latency":"client""#))
    #expect(json.stdout.split(separator: "\n").count == 1)

    let bare = try await bench.run("find results -name records.csv -delete && \(compare)")
    #expect(bare.stdout == modes.stdout)

    // What a search measured again beside an INVALID trial takes its place.
    let trial = "\(point)/mode_coded/it_1"
    let again = try await bench.run(
      "cp -r \(trial)/0 \(trial)/0-again-1 && sed -i 's/: \"VALID\"/: \"INVALID\"/' \(trial)/0/summary.json && \(compare)"
    )
    #expect(again.stdout.contains("  \(trial)/0: INVALID: "), "\(again.stdout) \(again.stderr)")
    #expect(again.stdout.split(separator: "\n").first == modes.stdout.split(separator: "\n").first)
    // Of settings that were not asked for, nothing is said.
    let other = try await bench.run("\(compare) --set slo_ms=50")
    #expect(
      other.termination == .exited(65) && other.stderr.contains("with other settings than asked for here: slo_ms"))
  }

  @Test(
    "that cannot be compared say why",
    arguments: [
      ("$RUN compare equal coded", Int32(65), "no results of equal, which is no mode of the experiment (coded)"),
      ("$RUN compare coded coded", 64, "compared with itself"),
      ("$RUN compare a/b c/d", 64, "run_exp compare a/b c/d"),
      ("${RUN% *} compare a c", 65, "a: no such folder"), ("mkdir a c && ${RUN% *} compare a c", 65, "no summary.json"),
      ("mkdir a && ${RUN% *} compare a ./a", 64, "compared with itself"),
      ("${RUN% *} compare x.json equal coded", 64, "run_exp x.json compare"), ("$RUN compare equal", 64, "<second>"),
      ("$RUN compare equal coded --metric p98", 64, "--metric"),
    ])
  func refusals(command: String, status: Int32, fragment: String) async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let output = try await bench.run(command)
    #expect(output.termination == .exited(status), "\(output.stderr)")
    #expect(output.stderr.contains(fragment), "\(output.stderr)")
    #expect(output.stdout.isEmpty)
  }

  @Test("are what a search finds again: the same command measures nothing twice and ends the same")
  func search() async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    // What the rates are found to do is the machine's affair (a busy one does less than the 30/s of three instances of
    // 100 ms each, or leaves a rate INVALID); that a search ends the same when it is asked again is not.
    let search = """
      $RUN search --local --engine process --metric median --below 2s --resolution 100% \
      --set redundancy_modes='["equal"]' --set send_rates='[20]' --set num_queries=40 \
      --set service_time='{"median_ms": 100}'
      """
    let first = try await bench.run(search)
    let lines = first.stdout.split(separator: "\n")
    #expect(lines.first == "equal: the highest rate with median of e2e latency below 2000 ms", "\(first.stderr)")
    #expect(lines.dropFirst().first?.hasPrefix("  20/s\t") == true)
    let cannotTell = lines.last?.hasPrefix("equal: cannot tell: trials at ") == true
    #expect(cannotTell || lines.last?.contains(#/meets it|no rate meets it/#) == true, "\(first.stdout)")
    #expect(first.termination == .exited(cannotTell ? 73 : 0), "\(first.stderr)")
    #expect(bench.processes.isEmpty)

    // Without --local as well, which it says.
    let again = try await bench.run(search.replacing(" --local", with: ""))
    #expect(again.stderr.contains("searching on this machine") && !first.stderr.contains("searching on this machine"))
    #expect(again.stdout == first.stdout)
    #expect(again.stderr.contains("finished before, not run again") && !again.stderr.contains("sending"))
    let json = try await bench.run("\(search) --json")
    #expect(json.stdout.contains(#/"outcome":"(found|above|below|cannot_tell)"/#))
  }

  @Test(
    "are not searched for where the question has no answer",
    arguments: [
      ("$RUN search --below 9ms --set num_trials=0", Int32(65), "num_trials"), ("$RUN search --local", 64, "--below"),
      ("$RUN search --local --below 9", 64, "--below"),
      ("$RUN search --local --below 9ms --resolution 5", 64, "--resolution"),
      ("$RUN search --local --below 9ms --mode equal", 64, "which has coded"),
      ("$RUN search --local --below 9ms --set batch_sizes='[1, 2]'", 65, "--set batch_sizes="),
      (
        "$RUN search --local --below 9ms --set faults='[{\"at_s\": 1, \"action\": \"kill\", \"target\": \"random\"}]'",
        65, "faults"
      ),
      ("$RUN search --simulate --below 9ms --port 80", 64, "--simulate has none"),
      ("$RUN search --simulate --local --below 9ms", 64, "give one of both"),
    ])
  func searchRefusals(command: String, status: Int32, fragment: String) async throws {
    let bench = try ExperimentBench()
    defer { bench.remove() }
    let output = try await bench.run(command)
    #expect(output.termination == .exited(status), "\(output.stderr)")
    #expect(output.stderr.contains(fragment), "\(output.stderr)")
    #expect(!bench.files.contains("results"))
  }
}
