import CloudUtil
import Foundation

/// What makes two finished trials the same trial: everything that was asked for and the environment that it ran in.
enum Fingerprint {
  /// The text that is hashed: JSON with sorted keys.
  ///
  /// The place in the sweep is left out: a rate added in front of the others does not make finished trials new ones.
  /// - Parameter environment: what else decides the outcome (machine, engine, digests of model files).
  static func canonical(_ trial: Trial, environment: some Encodable) throws -> [UInt8] {
    var trial = trial
    trial.index = 0
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(Identity(trial: trial, environment: environment)))
  }

  /// SHA-256 of it, in hexadecimal.
  static func of(_ trial: Trial, environment: some Encodable) throws -> String {
    try SHA256.hex(try canonical(trial, environment: environment))
  }

  private struct Identity<Environment: Encodable>: Encodable {
    var trial: Trial
    var environment: Environment
  }
}
