/// One profile of AWS's two files: the shared credentials and the config.
public struct AWSProfile: Sendable, Confidential {
  public let name: String
  let credentials: Entry
  let config: Entry
  /// What the section `[services NAME]` of the config that the profile names says, by service; nil if it is not there.
  let services: [String: [String: String]]?

  /// What one of the files says of the profile.
  struct Entry: Sendable, Confidential {
    let path: String
    let isFileThere: Bool
    /// Nil if the profile is not in it.
    let values: [String: String]?

    /// Why nothing was found here.
    var absence: String {
      if !isFileThere { return "no such file" }
      return values == nil ? "no such profile" : "no keys in this profile"
    }
  }

  /// The profile that `AWS_DEFAULT_PROFILE` names, else `AWS_PROFILE` (AWS's command line has this order), else the one named `default`, which need not be there.
  /// - Throws: `AWSSettingsError` if a file cannot be read or understood, or the profile that is named is in neither.
  public init(from environment: AWSEnvironment) throws {
    let chosen = environment.first(of: "AWS_DEFAULT_PROFILE", "AWS_PROFILE")
    name = chosen?.value ?? "default"

    let credentialsPath = environment.expanded(environment.value("AWS_SHARED_CREDENTIALS_FILE") ?? "~/.aws/credentials")
    let configPath = environment.expanded(environment.value("AWS_CONFIG_FILE") ?? "~/.aws/config")
    let credentialsFile = try AWSProfile.file(credentialsPath, environment)
    let configFile = try AWSProfile.file(configPath, environment)
    let credentials = credentialsFile?.sections ?? [:]
    let config = AWSProfile.named("profile", in: configFile)
    self.credentials = Entry(path: credentialsPath, isFileThere: credentialsFile != nil, values: credentials[name])
    self.config = Entry(path: configPath, isFileThere: configFile != nil, values: config[name])
    if let chosen, self.credentials.values == nil, self.config.values == nil {
      throw AWSSettingsError.noSuchProfile(
        name, variable: chosen.name, lookedIn: [credentialsPath, configPath],
        known: Set(credentials.keys).union(config.keys).sorted())
    }
    guard let chosen = config[name]?["services"] else {
      services = [:]
      return
    }
    services = AWSProfile.named("services", in: configFile)[chosen]?.compactMapValues(INIFile.nested)
  }

  /// The value of a key and the file it is in; the credentials come first, as with AWS's tools.
  func value(_ key: String) -> (path: String, value: String)? {
    for entry in [credentials, config] {
      if let value = entry.values?[key], !value.isEmpty { return (entry.path, value) }
    }
    return nil
  }

  /// - Returns: nil if there is none.
  private static func file(_ path: String, _ environment: AWSEnvironment) throws -> INIFile? {
    let bytes: [UInt8]
    do {
      guard let content = try environment.read(path) else { return nil }
      bytes = content
    } catch { throw AWSSettingsError.unreadable(path, reason: "\(error)") }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw AWSSettingsError.unreadable(path, reason: "not UTF-8")
    }
    do { return try INIFile(text) } catch let error as INIFile.Malformed {
      throw AWSSettingsError.malformed(path, error)
    }
  }

  /// The sections `[kind NAME]` by name; a profile named default needs no `profile` before it.
  private static func named(_ kind: String, in file: INIFile?) -> [String: [String: String]] {
    var found: [String: [String: String]] = [:]
    for (header, values) in file?.sections ?? [:] {
      if let words = ShellWords.split(header), words.count == 2, words[0] == kind {
        found[words[1]] = values
      } else if kind == "profile", header == "default", found["default"] == nil {
        found["default"] = values
      }
    }
    return found
  }
}
