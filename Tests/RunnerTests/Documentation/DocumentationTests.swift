import ArgumentParser
import Foundation
import Serving
import Testing

@testable import Runner

@Suite("The documentation")
struct DocumentationTests {
  static let root = URL(filePath: #filePath).appending(path: "../../../..").standardized

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  /// Every document for users and contributors, and the help of every verb.
  static func texts() throws -> [String] {
    var texts = RunExp.configuration.subcommands.map { $0.configuration.discussion }
    texts.append(RunExp.configuration.discussion)
    let documents = ["README.md", "CONTRIBUTING.md", "run/config/README.md", "docs/results.md"]
    for document in documents + [
      "docs/command-line.md", "docs/comparing.md", "docs/cloud.md", "docs/cluster.md", "docs/rehearsal.md",
      "docs/faults.md", "docs/simulation.md",
    ] {
      texts.append(try text(document))
    }
    return texts
  }

  /// The words of each shell command in a text that begins with `run_exp <path>.json`.
  private func commands(in text: String) -> [[String]] {
    let lines = text.replacing("\\\n", with: " ").split(separator: "\n")
    return lines.compactMap { line in
      let line = line.trimmingPrefix { $0 == " " }
      guard line.hasPrefix("run_exp ") || line.hasPrefix(".build/release/run_exp ") else { return nil }
      return words(of: line)
    }.filter { $0.count > 1 && $0[1].hasSuffix(".json") }
  }

  /// Split as a shell does, up to a comment.
  private func words(of line: some StringProtocol) -> [String] {
    var words: [String] = []
    var word = ""
    var isQuoted = false
    for character in line {
      switch character {
      case "'": isQuoted.toggle()
      case " " where !isQuoted:
        if !word.isEmpty { words.append(word) }
        word = ""
      case "#" where !isQuoted && word.isEmpty: return words
      default: word.append(character)
      }
    }
    return words + (word.isEmpty ? [] : [word])
  }

  @Test("shows commands that can be parsed, of experiments that are there and that take what is set")
  func commands() throws {
    let shown = try Self.texts().flatMap { commands(in: $0) }
    #expect(shown.count > 10)
    for words in shown {
      do {
        let command = try RunExp.parseAsRoot(try Verb.arranged(Array(words.dropFirst())))
        let overrides =
          (command as? LaunchCommand)?.overrides.overrides ?? (command as? PlanCommand)?.overrides.overrides
          ?? (command as? AnalyzeCommand)?.overrides.overrides ?? (command as? CompareCommand)?.overrides.overrides
          ?? (command as? SearchCommand)?.overrides.overrides ?? (command as? SimulateCommand)?.overrides.overrides
          ?? []
        let path = Self.root.appending(path: words[1]).path
        _ = try ExperimentFile(path: path).load(overrides: try overrides.map(Override.init), place: .anywhere)
      } catch {
        Issue.record("\(words.joined(separator: " ")): \(error)")
      }
    }
  }

  @Test("has a row for each key of an experiment, and names each word that a key can have")
  func keys() throws {
    let text = try Self.text("run/config/README.md")
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("| `") }
    func cell(_ number: Int) -> String {
      rows.map { $0.split(separator: "|").dropFirst(number).first.map(String.init) ?? "" }.joined(separator: " ")
    }
    let first = cell(0)
    for key in ExperimentKey.names { #expect(first.contains("`\(key)`"), "no row for \(key)") }
    for mode in RedundancyMode.allCases { #expect(first.contains("`\(mode.rawValue)`"), "no row for \(mode.rawValue)") }
    for model in ModelCatalogue.names { #expect(first.contains("`\(model)`"), "no row for \(model)") }
    let allowed = cell(1)
    for queue in QueueMode.allCases { #expect(allowed.contains("`\(queue.rawValue)`")) }
    for encoder in CodeKind.allCases { #expect(allowed.contains("\"\(encoder.rawValue)\"")) }
    for kind in ServiceTime.Kind.allCases { #expect(text.contains("{\"kind\": \"\(kind.rawValue)\"")) }
  }

  @Test("has a row for each action of a fault, and names each target")
  func faults() throws {
    let text = try Self.text("docs/faults.md")
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { $0.split(separator: "|")[0] }
    for action in Fault.Action.allCases { #expect(rows.contains { $0.contains("`\(action.rawValue)`") }, "\(action)") }
    for target in FaultTarget.rule.split(separator: ", ") { #expect(rows.contains { $0.contains("`\(target)`") }) }
  }

  /// The cells of the rows of a table whose first cell begins with `start`.
  private func rows(_ start: String, in text: String) -> [[String]] {
    text.split(separator: "\n").filter { $0.hasPrefix("| \(start)") }.map { row in
      // A bar behind a backslash stands in a cell.
      row.replacing("\\|", with: "/").split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }
  }

  @Test("has a row for each verb, and for no other")
  func verbs() throws {
    let documented = rows("`", in: try Self.text("docs/command-line.md")).map { $0[0] }.filter { !$0.hasPrefix("`--") }
    #expect(documented.sorted() == Verb.names.map { "`\($0)`" }.sorted())
  }

  @Test("has every option of each verb, and no other of it")
  func options() throws {
    let names = try Regex("--[a-z_-]+")
    var documented: [String: Set<String>] = [:]
    var verbs: [String] = []
    for row in rows("`--", in: try Self.text("docs/command-line.md")) {
      switch row[1] {
      case "the same": break
      case "all", "": verbs = Verb.names
      case let text: verbs = text.split { !$0.isLetter }.map(String.init).filter(Verb.names.contains)
      }
      for option in row[0].matches(of: names) {
        for verb in verbs { documented[verb, default: []].insert(String(row[0][option.range])) }
      }
    }
    // In the help of a verb its own options stand after a headline, each at the beginning of a line.
    let own = try Regex("(?m)^ +(?:-[a-z], )?(--[a-z_-]+)")
    for command in RunExp.configuration.subcommands {
      let verb = try #require(command.configuration.commandName)
      let help = RunExp.helpMessage(for: command, columns: 1000)
      let options = help[(help.range(of: "OPTIONS:")?.upperBound ?? help.startIndex)...].matches(of: own)
      let there = Set(options.compactMap { $0.output[1].substring.map(String.init) })
      let missing = there.subtracting(documented[verb] ?? []).sorted()
      let others = (documented[verb] ?? []).subtracting(there).sorted()
      #expect(missing.isEmpty && others.isEmpty, "\(verb): without a row: \(missing), of others: \(others)")
    }
  }

  @Test("has every column of a trial's files")
  func columns() throws {
    let text = try Self.text("docs/results.md")
    let headers = [
      QueryRecord.columns, CodeRecord.columns, FaultRecord.columns,
      HostRecords.header.split(separator: ",").map { String($0) },
    ]
    for column in headers.joined() {
      #expect(text.contains("`\(column.trimmingCharacters(in: .newlines))`"), "\(column) is not explained")
    }
  }

  @Test("explains each experiment that ships")
  func experiments() throws {
    let text = try Self.text("run/config/README.md")
    for file in ShippedExperimentTests.names { #expect(text.contains("| `\(file)` |"), "\(file) has no row") }
  }

  @Test("names scripts, files and folders that are there")
  func files() throws {
    let known = try NSRegularExpression(pattern: #"`((?:Scripts|Sources|Tests|run|Benchmarks)/[A-Za-z0-9_./+-]+)`"#)
    for document in [
      "README.md", "CONTRIBUTING.md", "run/config/README.md", "docs/results.md", "docs/cloud.md", "docs/simulation.md",
    ] {
      let text = try Self.text(document)
      for match in known.matches(in: text, range: NSRange(text.startIndex..., in: text)) {
        guard let range = Range(match.range(at: 1), in: text) else { continue }
        let path = Self.root.appending(path: String(text[range])).path
        #expect(FileManager.default.fileExists(atPath: path), "\(document): \(text[range])")
      }
    }
  }

  @Test("gives each exit status in the help")
  func exitStatuses() {
    let help = RunExp.configuration.discussion
    for code in Runner.ExitCode.allCases { #expect(help.contains("\(code.rawValue) "), "\(code)") }
  }
}
