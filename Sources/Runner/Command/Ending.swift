import ArgumentParser
import CloudUtil
import Foundation

/// How `run_exp` ends after an error: the one place where errors become words and an exit status.
struct Ending: Equatable {
  var text: String
  var exitCode: Int32
  /// Help and version were asked for: they are results.
  var isResult: Bool

  init(of error: any Error) {
    switch error {
    case let failure as Failure:
      self.init(text: "run_exp: \(failure)", exitCode: failure.exitCode.rawValue)
    case let invalid as any InvalidInput:
      self.init(text: "run_exp: \(invalid.heading)\n\(invalid)", exitCode: ExitCode.config.rawValue)
    case is AWSSettingsError:
      self.init(text: "run_exp: \(error)", exitCode: ExitCode.config.rawValue)
    case is SSHError, ShellError.unreached:
      self.init(text: "run_exp: \(error)", exitCode: ExitCode.ssh.rawValue)
    case is SystemCall, is ShellError, is ContainerError, is CredentialError, is HTTPError, is AWSError:
      self.init(text: "run_exp: \(error)", exitCode: ExitCode.infrastructure.rawValue)
    case let error as CocoaError:
      let file = (error.userInfo[NSFilePathErrorKey] as? String).map { "\($0): " } ?? ""
      self.init(text: "run_exp: \(file)\(error.localizedDescription)", exitCode: ExitCode.infrastructure.rawValue)
    case is CancellationError:
      self.init(text: "run_exp: interrupted", exitCode: ExitCode.interrupted.rawValue)
    default:
      // The parser's own errors and its help; it reports any other error as a plain failure.
      let status = RunExp.exitCode(for: error).rawValue
      switch status {
      case EXIT_SUCCESS: self.init(text: RunExp.fullMessage(for: error), exitCode: status, isResult: true)
      case EXIT_FAILURE: self.init(text: "run_exp: \(error)", exitCode: ExitCode.experiment.rawValue)
      default: self.init(text: RunExp.fullMessage(for: error), exitCode: status)
      }
    }
  }

  private init(text: String, exitCode: Int32, isResult: Bool = false) {
    self.text = text
    self.exitCode = exitCode
    self.isResult = isResult
  }

  func leave() -> Never {
    if !text.isEmpty {
      if isResult { try? Console.show(text + "\n") } else { Console.tell(text + "\n") }
    }
    Ending.leave(exitCode)
  }

  /// Ends the process without what libraries do at exit: a thread of an ssh connection may still be at work with theirs.
  static func leave(_ exitCode: Int32) -> Never {
    fflush(nil)
    _exit(exitCode)
  }
}
