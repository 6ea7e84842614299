import Foundation

extension AWSEnvironment {
  /// Of this process.
  public static var process: AWSEnvironment {
    AWSEnvironment(variables: ProcessInfo.processInfo.environment) { path in
      do {
        return try readWhole(path)
      } catch let error as SystemCall where error.code == ENOENT || error.code == ENOTDIR {
        return nil
      }
    }
  }
}
