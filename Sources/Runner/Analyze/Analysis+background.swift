import Foundation
import Statistics

extension Analysis {
  /// What a trial's folder says of its background load.
  struct BackgroundFinding: Equatable {
    var problems: [String] = []
    /// Of the second tenant's queries that have their reply; nil without one.
    var secondTenant_ms: SampleSummary?
  }

  /// - Returns: nil if the trial had none.
  /// - Throws: as `analyze`.
  static func background(of folder: URL) throws -> BackgroundFinding? {
    let file = folder.appending(path: BackgroundRecord.name)
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    var finding = BackgroundFinding(problems: try json(BackgroundRecord.self, file).problems)
    let records = folder.appending(path: "\(Deployment.secondTenantFolder)/records.csv")
    if FileManager.default.fileExists(atPath: records.path) {
      let replied = try QueryRecord.read(records).filter { $0.received_ns != nil }
      finding.secondTenant_ms = SampleSummary(sorted: replied.compactMap(\.e2e_ms).sorted())
    }
    return finding
  }

  static func add(_ background: BackgroundFinding?, to summary: inout Summary) throws {
    guard let background else { return }
    summary.second_tenant_ms = background.secondTenant_ms
    summary.reasons += background.problems
    summary.verdict = summary.reasons.isEmpty ? .valid : .invalid
  }
}
