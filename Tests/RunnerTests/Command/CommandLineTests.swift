import ArgumentParser
import CloudUtil
import Testing

@testable import Runner

@Suite("The command line")
struct CommandLineTests {
  private func parse(_ words: String...) throws -> any ParsableCommand {
    try RunExp.parseAsRoot(try Verb.arranged(words))
  }

  private func parseError(_ words: [String]) -> Ending? {
    do {
      var command = try RunExp.parseAsRoot(try Verb.arranged(words))
      // The parser's answer to --help is a command of its own.
      if !RunExp.configuration.subcommands.contains(where: { $0 == type(of: command) }) { try command.run() }
      return nil
    } catch {
      return Ending(of: error)
    }
  }

  @Test("takes the experiment, then the verb, then options")
  func launch() throws {
    let command = try parse(
      "config/x.json", "launch", "--local", "--final_dir", "D", "--set", "a=b", "--set", "c=-1", "--strict")
    let launch = try #require(command as? LaunchCommand)
    #expect(launch.root.config == "config/x.json")
    #expect(launch.place.local)
    #expect(launch.finalDir.name == "D")
    #expect(launch.overrides.overrides == ["a=b", "c=-1"])
    #expect(launch.trials.runOptions == RunOptions(overwrite: false, engine: .auto, strict: true, port: 0))
  }

  @Test("is given back whole, for a shell, by a launch that failed; results are looked for where they go")
  func again() throws {
    let cluster = ClusterID(experiment: "x", name: "two")
    let given = [
      "my x.json", "launch", "--terminate-on-failure", "--build", "remote", "--engine", "docker", "--overwrite",
      "--strict", "--port", "8080", "--limits", "worker:cpus=0.5", "--json", "--final_dir", "rep7", "--cluster", "two",
      "--cluster-file", "c.yml", "--set", "send_rates=[20]",
    ]
    let launch = try #require(try RunExp.parseAsRoot(try Verb.arranged(given)) as? LaunchCommand)
    let end = "--final_dir rep7 --cluster two --cluster-file c.yml --set 'send_rates=[20]'"
    let again =
      "run_exp 'my x.json' launch --terminate-on-failure --build remote --engine docker --overwrite --strict --port 8080 "
      + "--limits worker:cpus=0.5 --json \(end)"
    #expect(launch.commands.again(cluster) == again)
    #expect(launch.commands.launch(cluster) == again)
    #expect(launch.commands.verb("attach", cluster) == "run_exp 'my x.json' attach \(end)")
    #expect(
      launch.commands.terminate(cluster)
        == "run_exp 'my x.json' terminate --cluster two --cluster-file c.yml --set 'send_rates=[20]'")
    let plain = try #require(try parse("x.json", "launch", "--machines-only") as? LaunchCommand)
    #expect(plain.commands.again(ClusterID(experiment: "x")) == "run_exp x.json launch --machines-only")
  }

  @Test("gives the other verbs their defaults")
  func verbs() throws {
    #expect(try parse("x.json", "plan") is PlanCommand)
    let run = try #require(try parse("x.json", "run", "--idx", "3") as? RunCommand)
    #expect(run.idx == 3)
    #expect(run.finalDir == nil)
    let analyze = try #require(try parse("x.json", "analyze") as? AnalyzeCommand)
    #expect(analyze.finalDir.name == "0")
    #expect(analyze.results == "results")
    let cluster = try #require(try parse("x.json", "analyze", "--environment", "cluster", "--table") as? AnalyzeCommand)
    #expect(cluster.environment == .cluster && cluster.table)
    #expect(try parse("x.json", "terminate", "--local") is TerminateCommand)
  }

  @Test(
    "exits 64 and says what is wrong",
    arguments: [
      ([], "Missing expected argument '<config>'"), (["x.json", "lanch"], "did you mean launch?"),
      (["launch", "x.json", "--local"], "run_exp x.json launch"), (["x.json", "launch", "--remote"], "--remote"),
      (["x.json", "launch", "--local", "--port", "70000"], "from 0 to 65535"),
      (["x.json", "launch", "--local", "--port", "http"], "--port"),
      (["x.json", "launch", "--local", "--final_dir", "../up"], "--final_dir"),
      (["x.json", "launch", "--local", "--final_dir", ""], "--final_dir"),
      (["x.json", "launch", "--link-mbit", "100"], "add --local"),
      (["x.json", "launch", "--local", "--link-mbit", "0.5"], "from 1 to 100000 Mbit/s"),
      (["x.json", "launch", "--local", "--link-mbit", "100", "--engine", "process"], "--engine docker"),
      (["x.json", "run", "--idx", "0", "--hosts", "/h", "--link-mbit", "100"], "leave it out with --hosts"),
      (["x.json", "launch", "--engine", "process"], "--engine process: components of a cluster run in containers"),
      (["x.json", "run", "--idx", "0", "--hosts", "/h", "--engine", "process"], "leave it out with --hosts"),
      (["x.json", "analyze", "--simulated", "--environment", "local"], "leave one of both out"),
      (["x.json", "analyze", "--environment", "moon"], "--environment"),
      (["x.json", "analyze", "--table", "--json"], "give one"),
      (["x.json", "run"], "--idx"), (["x.json", "run", "--idx=-1"], "numbered from 0"),
      (["x.json", "plan", "more"], "more"),
      (["x.json", "launch", "--local", "--cluster", "a"], "--local is this machine"),
      (["x.json", "launch", "--cluster", "../a"], "--cluster"), (["x.json", "plan", "--local", "--check"], "--check"),
      (["x.json", "extend"], "--hours"), (["x.json", "extend", "--hours", "0"], "> 0"),
      (["terminate", "--local"], "run_exp <config> terminate"),
      (["x.json", "terminate", "--expired", "--local"], "--expired"),
    ])
  func usage(words: [String], fragment: String) throws {
    let ending = try #require(parseError(words))
    #expect(ending.exitCode == ExitCode.usage.rawValue)
    #expect(ending.text.contains(fragment), "\(ending.text)")
    #expect(!ending.isResult)
  }

  @Test(
    "helps with everything, experiment or not",
    arguments: [["--help"], ["-h"], ["help"]]
      + Verb.names.flatMap { [["x.json", $0, "--help"], [$0, "-h"], ["help", $0]] })
  func help(words: [String]) throws {
    let ending = try #require(parseError(words))
    #expect(ending.exitCode == 0)
    #expect(ending.isResult)
    #expect(ending.text.contains("EXAMPLE"))
    if let verb = words.first(where: Verb.names.contains) { #expect(ending.text.contains("run_exp <config> \(verb)")) }
  }

  @Test("takes machines elsewhere unless told --local, and some verbs without an experiment")
  func places() throws {
    let launch = try #require(try parse("x.json", "launch", "--cluster", "mine") as? LaunchCommand)
    #expect(!launch.place.local && launch.place.cluster.name == "mine")
    let terminate = try #require(try parse("x.json", "terminate") as? TerminateCommand)
    #expect(!terminate.place.local && terminate.place.cluster.name == "main")
    #expect(try parse("list", "--json") is ListCommand)
    #expect((try parse("terminate", "--expired") as? TerminateCommand)?.expired == true)
    #expect((try parse("x.json", "extend", "--hours", "0.5") as? ExtendCommand)?.hours == 0.5)
  }

  @Test("compares modes of an experiment or, without one, folders, and searches for its modes")
  func comparisons() throws {
    let modes = try #require(
      try parse("x.json", "compare", "equal", "coded", "--metric", "p99.9", "--across", "engine") as? CompareCommand)
    #expect((modes.root.config, modes.first, modes.second) == ("x.json", "equal", "coded"))
    #expect((modes.metric, modes.latency, modes.across) == (.p99_9, .e2e, ["engine"]))
    let folders = try #require(try parse("compare", "r/a", "r/b", "--json") as? CompareCommand)
    #expect((folders.root.config, folders.first, folders.second) == (Verb.noExperiment, "r/a", "r/b"))
    #expect((folders.metric, folders.environment) == (.gap, .local))
    let search = try #require(
      try parse("x.json", "search", "--local", "--below", "0.1s", "--mode", "coded", "--mode", "none") as? SearchCommand
    )
    #expect((search.below.ms, search.resolution.fraction, search.metric) == (100, 0.05, .p99))
    #expect(search.mode == [.coded, .none])
    #expect((try parse("x.json", "search", "--metric", "p99", "--below", "100ms") as? SearchCommand)?.simulate == false)
    #expect(try #require(parseError(["compare", "a"])).text.contains("<second>"))
  }

  @Test("turns every error into words and a status of its own")
  func endings() {
    let problem = Problem(origin: Origin(source: "x.json"), keyPath: "seed", message: "missing")
    #expect(Ending(of: InvalidExperiment(problems: [problem])).exitCode == 65)
    #expect(Ending(of: InvalidExperiment(problems: [problem])).text.hasSuffix("x.json: seed: missing"))
    #expect(Ending(of: Failure(exitCode: .infrastructure, "no redis")).text == "run_exp: no redis")
    #expect(Ending(of: CancellationError()).exitCode == 130)
    struct Other: Error {}
    #expect(Ending(of: Other()).exitCode == 70)
  }
}
