import CloudUtil
import Foundation

/// Looks at the run of a cluster from elsewhere, and follows it.
struct ClusterFollow: Sendable {
  let site: ClusterSite
  let progress: CloudProgress

  private static let short: Duration = .seconds(30)
  /// No sweep takes longer; whoever follows may be interrupted at any moment.
  private static let patience: Duration = .seconds(90 * 24 * 3600)

  /// - Returns: nil if nothing was ever run there; whether it is at work.
  func status() async throws -> (status: RunStatus, isAtWork: Bool)? {
    let shell = try site.frontend.shell
    // The lock first: a run that ends between the two questions has written how.
    let isAtWork = try await shell.run(DetachedRun.isAtWork(site.folder), deadline: .now + Self.short)
      .termination.isSuccess
    let text = try await shell.require(DetachedRun.status(site.folder), deadline: .now + Self.short).stdout
    guard !text.isEmpty else { return nil }
    return (try RunStatus(text), isAtWork)
  }

  /// Prints the log of the run that is at work, or was the last, until it ends; on a terminal with the bar of the trial whose
  /// load is being sent.
  /// - Returns: how it ended.
  /// - Throws: `SSHError`, `ShellError` if the host is lost sight of for good; the run goes on if its host does.
  func follow() async throws -> RunStatus {
    let view = FollowView()
    return try await withThrowingTaskGroup(of: RunStatus?.self) { group in
      defer { group.cancelAll() }
      if FollowView.hasBar {
        group.addTask {
          await watch(view)
          return nil
        }
      }
      group.addTask { try await log(to: view) }
      while let status = try await group.next() {
        if let status {
          await view.end()
          return status
        }
      }
      throw CancellationError()
    }
  }

  /// Draws how far the load is, as long as that can be seen.
  private func watch(_ view: FollowView) async {
    while !Task.isCancelled {
      let shell = try? site.frontend.shell
      let output = try? await shell?.follow(DetachedRun.watch(site.folder), deadline: .now + Self.patience) { line in
        if let bar = try? RunStatus(line).sending { await view.draw(bar) }
        return .goOn
      }
      // The network may be away for a while; the log tells of that.
      guard output == nil, (try? await Task.sleep(for: Self.short)) != nil else { return }
    }
  }

  private func log(to view: FollowView) async throws -> RunStatus {
    let shell = try site.frontend.shell
    let folder = site.folder
    let start = try await shell.require(DetachedRun.logStart(folder), deadline: .now + Self.short).stdout
    var byte = Int(start.filter { !$0.isWhitespace }) ?? 1
    while true {
      let count = ByteCount()
      do {
        _ = try await shell.stream(DetachedRun.follow(folder, from: byte), deadline: .now + Self.patience) { piece in
          await count.add(piece.count)
          await view.show(String(decoding: piece, as: UTF8.self))
          return .goOn
        }
        guard let (status, isAtWork) = try await status() else {
          throw Failure(exitCode: .infrastructure, "there is no run on \(site.cluster)")
        }
        if !isAtWork { return status.ended }
      } catch let error as ShellError where error.isOfConnection {
        // A network that was away for a while comes back; the log is taken up where it was left.
        await view.show("lost sight of the run, which needs nobody: \(error.reason)\n")
        try await shell.waitUntilReady(deadline: .now + .seconds(120))
      }
      byte += await count.value
    }
  }

  private actor ByteCount {
    private(set) var value = 0
    func add(_ count: Int) { value += count }
  }
}

extension ShellError {
  /// Whether the host may well do it when it is asked again.
  fileprivate var isOfConnection: Bool {
    if case .failed = self { false } else { true }
  }
}

/// The log of a run with the bar of its load below it.
private actor FollowView {
  static var hasBar: Bool { isatty(STDERR_FILENO) == 1 }
  private let progress = Progress()

  func show(_ log: String) { progress.pass(log) }
  func draw(_ bar: ProgressBar) { progress.sending(bar) }
  func end() { progress.clear() }
}

extension RunStatus {
  /// A run that is not at work any more and did not say how it ended was killed.
  var ended: RunStatus {
    guard state == .running else { return self }
    var ended = self
    ended.state = .failed
    ended.message = "the run was killed, or its host restarted; launch again goes on with what is not finished"
    ended.exit_status = ExitCode.experiment.rawValue
    return ended
  }
}
