@testable import CloudUtil

extension AWSEnvironment {
  /// With these variables, a home folder `/home/me`, and these files, by path.
  static func test(_ variables: [String: String] = [:], files: [String: String] = [:]) -> AWSEnvironment {
    AWSEnvironment(variables: variables.merging(["HOME": "/home/me"]) { own, _ in own }) { path in
      files[path].map { Array($0.utf8) }
    }
  }
}
