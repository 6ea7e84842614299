import Foundation

/// What makes two finished trials the same trial: everything that was asked for and the environment that it ran in.
enum Fingerprint {
  /// The text that is hashed: JSON with sorted keys.
  ///
  /// The place in the sweep is left out: a rate added in front of the others does not make finished trials new ones.
  /// - Parameter environment: what else decides the outcome (machine, versions, digests of model files).
  static func canonical(_ trial: Trial, environment: [String: String]) throws -> [UInt8] {
    struct Identity: Encodable {
      var trial: Trial
      var environment: [String: String]
    }
    var trial = trial
    trial.index = 0
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(Identity(trial: trial, environment: environment)))
  }

  /// - Parameter hexDigest: SHA-256 of bytes, in hexadecimal.
  static func of(
    _ trial: Trial, environment: [String: String], hexDigest: ([UInt8]) throws -> String
  ) throws -> String {
    try hexDigest(try canonical(trial, environment: environment))
  }
}
