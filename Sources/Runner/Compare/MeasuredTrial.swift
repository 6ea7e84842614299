import Foundation

/// A finished trial whose results are looked at.
struct MeasuredTrial: Sendable {
  /// As it is printed.
  var path: String
  var summary: Summary

  var trial: Trial { summary.trial }
  var isInvalid: Bool { summary.verdict == .invalid }

  init(path: String, summary: Summary) { (self.path, self.summary) = (path, summary) }

  /// Computes the summary of the trial in `path` again from its records; from `summary.json` alone where no records were
  /// kept, as of a simulation.
  /// - Throws: `Failure` (results) if a file is missing or cannot be read.
  init(path: String) throws {
    self.path = path
    let folder = URL(filePath: path)
    let hasRecords = Self.records.allSatisfy {
      FileManager.default.fileExists(atPath: folder.appending(path: $0).path)
    }
    summary = hasRecords ? try Analysis.analyze(folder: folder) : try Summary.read(from: folder)
  }

  /// What a summary is computed from.
  private static let records = ["records.csv", "codes.csv", "frontend.json"]

  /// The trials in `folder` and below, by path; what runs have left unfinished is none.
  /// - Throws: `Failure` (config) if there is no such folder or it holds no results.
  static func find(in folder: String) throws -> [MeasuredTrial] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
      throw Failure(
        exitCode: .config,
        """
        \(folder): no such folder. Give two folders of results, as launch prints their paths, or two above them.
        For modes name the experiment first: run_exp <config> compare <mode> <mode>
        """
      )
    }
    let paths = places(in: folder).sorted { $0.localizedStandardCompare($1) == .orderedAscending }
    guard !paths.isEmpty else {
      throw Failure(exitCode: .config, "\(folder): no results in it: no summary.json there or below")
    }
    return try paths.map(MeasuredTrial.init(path:))
  }

  private static func places(in folder: String) -> [String] {
    if FileManager.default.fileExists(atPath: "\(folder)/summary.json") { return [folder] }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { name in
      !name.hasSuffix(ResultFolder.partialSuffix) && !name.hasSuffix(ResultFolder.replacedSuffix)
        && !name.hasPrefix(".")
    }.flatMap { name -> [String] in
      let path = "\(folder)/\(name)"
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else { return [] }
      return places(in: path)
    }
  }
}
