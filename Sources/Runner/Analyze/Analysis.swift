import Foundation

/// The last stages of a trial, from files to files of its folder: `frontend.csv` and `client_<n>.csv` become
/// `records.csv`; that, `codes.csv` and `frontend.json` become a summary.
enum Analysis {
  /// Joins what the frontend and the clients wrote in `folder` into its `records.csv`.
  ///
  /// A client's file that is not there is no error: the verdict says how many records are missing.
  /// - Throws: `Failure` if a file cannot be read, naming file, line and column, or `records.csv` cannot be written.
  static func collect(trial: Trial, folder: URL) throws {
    try naming(folder) {
      let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      let clients = files.filter { $0.lastPathComponent.hasPrefix("client_") && $0.pathExtension == "csv" }
        .sorted { $0.lastPathComponent < $1.lastPathComponent }
      let records = QueryRecord.merge(
        clients: try clients.flatMap { try ClientRow.read($0) },
        frontend: try FrontendRow.read(folder.appending(path: "frontend.csv")), warmup: trial.warmupQueries)
      try QueryRecord.write(records, to: folder.appending(path: "records.csv"))
    }
  }

  /// Computes the summary from `records.csv`, `codes.csv`, `events.csv` and `frontend.json` in `folder`; writes nothing.
  ///
  /// - Parameter costs: what the stages took. What the frontend counted of itself is added to them.
  /// - Throws: `Failure` if a file cannot be read, naming file, line and column.
  static func analyze(
    trial: Trial, folder: URL, fingerprint: String, environment: RunEnvironment, costs: TrialCosts = TrialCosts()
  ) throws -> Summary {
    try naming(folder) {
      var summary = Summary(
        trial: trial, records: try QueryRecord.read(folder.appending(path: "records.csv")),
        codes: try CodeRecord.read(folder.appending(path: "codes.csv")),
        totals: try json(FrontendTotals.self, folder.appending(path: "frontend.json")),
        faults: try FaultRecord.read(from: folder), fingerprint: fingerprint,
        environment: environment, costs: costs)
      try add(background(of: folder), to: &summary)
      return summary
    }
  }

  /// The summary of a finished trial, computed again from its records; only what identifies and prices the trial comes
  /// from its `summary.json`.
  static func analyze(folder: URL) throws -> Summary {
    let written = try Summary.read(from: folder)
    // A simulation keeps its rows only where they are asked for: it can be had again, to the byte.
    let records = folder.appending(path: "records.csv").path
    if written.environment.simulation != nil, !FileManager.default.fileExists(atPath: records) { return written }
    return try analyze(
      trial: written.trial, folder: folder, fingerprint: written.fingerprint, environment: written.environment,
      costs: written.costs)
  }

  /// Says of every error in which folder it is.
  fileprivate static func naming<Result>(_ folder: URL, _ work: () throws -> Result) throws -> Result {
    do {
      return try work()
    } catch let error as CSVError {
      throw Failure(exitCode: .results, "\(folder.path)/\(error)")
    } catch let error as CocoaError {
      let file = (error.userInfo[NSFilePathErrorKey] as? String) ?? folder.path
      let isWriting = [.fileWriteUnknown, .fileWriteOutOfSpace, .fileWriteNoPermission, .fileWriteVolumeReadOnly]
        .contains(error.code)
      throw Failure(exitCode: isWriting ? .infrastructure : .results, "\(file): \(error.localizedDescription)")
    }
  }

  /// Decodes a file that a trial wrote.
  static func json<Value: Decodable>(_ type: Value.Type, _ file: URL) throws -> Value {
    let data = try Data(contentsOf: file)
    do {
      return try JSONDecoder().decode(type, from: data)
    } catch let error as DecodingError {
      let (path, reason) =
        switch error {
        case .keyNotFound(let key, let context): (context.codingPath + [key], "the key is missing")
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
          (context.codingPath, context.debugDescription)
        @unknown default: ([], "\(error)")
        }
      let keys = path.map(\.stringValue).joined(separator: ".")
      throw Failure(exitCode: .results, "\(file.path)\(keys.isEmpty ? "" : ", \(keys)"): \(reason)")
    }
  }
}

extension Summary {
  /// Reads `summary.json` in `folder`.
  /// - Throws: `Failure`.
  static func read(from folder: URL) throws -> Summary {
    try Analysis.naming(folder) {
      try Analysis.json(Summary.self, folder.appending(path: "summary.json"))
    }
  }

  /// Writes `summary.json` in `folder`; it appears when it is whole.
  func write(to folder: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try Analysis.naming(folder) {
      try (encoder.encode(self) + Data("\n".utf8)).write(
        to: folder.appending(path: "summary.json"), options: .atomic)
    }
  }
}
