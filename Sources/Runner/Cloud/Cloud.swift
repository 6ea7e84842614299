import CloudUtil
import Foundation

/// The cloud as the user has set it up: where it is, who asks, how clusters are made there.
struct Cloud: Sendable {
  let settings: EC2Settings
  let aws: AWSSettings
  let prices: PriceTable
  let provider: EC2Provider
  let site: OperatorSite
  let progress: CloudProgress
  /// For a frontend that may not be reached from here.
  let patience: Duration

  var region: String { aws.region }

  /// Reads the cluster file, which may be absent, and AWS's own settings; nothing is asked yet.
  /// - Parameter environment: of the process.
  /// - Throws: `InvalidClusterFile`, `AWSSettingsError`, `Failure`.
  init(
    _ options: ClusterOptions, installation: Installation,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws {
    let (file, path) = try ClusterFile.load(
      option: options.clusterFile, installation: installation, mayBeAbsent: true, environment: environment)
    try self.init(try EC2Settings(file, at: path), installation: installation, environment: environment)
  }

  init(
    _ settings: EC2Settings, installation: Installation,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws {
    self.settings = settings
    let awsEnvironment = AWSEnvironment.process
    aws = try AWSSettings(region: settings.region, from: awsEnvironment)
    let progress = CloudProgress()
    self.progress = progress
    let prices: PriceTable
    do {
      prices = try PriceTable.load(path: installation.prices)
    } catch {
      // Nobody keeps a machine for want of its price.
      if FileManager.default.fileExists(atPath: installation.prices) {
        progress.tell("prices are unknown: \(error)")
      } else {
        progress.tell("prices are unknown: there is no \(installation.prices)")
      }
      prices = .unknown
    }
    self.prices = prices

    let transport = CurlTransport(caBundle: aws.caBundle)
    let chain = CredentialChain(from: awsEnvironment, transport: transport)
    let signer = SignatureV4(region: aws.region, service: "ec2")
    let scale = try Cloud.timeScale(environment)
    patience = .seconds(10) / scale
    let client = EC2Client(
      endpoint: aws.ec2Endpoint, transport: transport,
      credentials: { refresh in
        refresh ? try await chain.refresh(try await chain.credentials()) : try await chain.credentials()
      },
      sign: { try signer.sign($0, with: $1, at: $2) }, retries: RetryPolicy(dividedBy: scale),
      observer: { if case .waiting = $0 { progress.tell("\($0)") } })
    site = OperatorSite(
      settings: settings, aws: aws, transport: transport, state: OperatorSite.stateFolder(environment: environment))
    provider = EC2Provider(
      client: client, settings: EC2FleetSettings(settings, environment: environment),
      site: site,
      pace: CloudPace(dividedBy: scale),
      price: { [region = aws.region] types in prices.perHour(of: types, in: region) }, tell: { progress.tell($0) })
  }

  /// By how much every wait is shortened, for tests against a cloud that is faster than AWS's.
  private static func timeScale(_ environment: [String: String]) throws -> Double {
    guard let text = environment["RUN_EXP_CLOUD_TIME_SCALE"], !text.isEmpty else { return 1 }
    guard let scale = Double(text), scale >= 1, scale.isFinite else {
      throw Failure(exitCode: .usage, "RUN_EXP_CLOUD_TIME_SCALE is \(text); allowed: a number >= 1")
    }
    return scale
  }
}

/// Lines for people who wait, from whatever thread.
struct CloudProgress: Sendable {
  func tell(_ line: String) { Console.tell(line + "\n") }
}

extension EC2Settings {
  /// Of the cluster file at `path`.
  /// - Throws: `InvalidClusterFile`; `Failure` (usage) for machines that are not of EC2.
  static func load(path: String, environment: [String: String]) throws -> EC2Settings {
    try EC2Settings(try ClusterFile.load(path: path, environment: environment), at: path)
  }

  /// - Throws: `Failure` (usage) for machines that are not of EC2.
  init(_ file: ClusterFile, at path: String) throws {
    switch file {
    case .ec2(let settings): self = settings
    case .static:
      throw Failure(
        exitCode: .usage,
        "\(path): provider static has machines that are there already; this verb is about those of ec2")
    }
  }
}

extension RetryPolicy {
  /// - Parameter scale: waits are shorter by it.
  init(dividedBy scale: Double) {
    self.init()
    firstWait = firstWait / scale
    longestWait = longestWait / scale
  }
}

extension EC2FleetSettings {
  init(_ settings: EC2Settings, environment: [String: String]) {
    let host = ProcessInfo.processInfo.hostName
    self.init(
      zones: settings.zones, image: ImageChoice(settings.image), volume_gb: settings.volume_gb,
      lifetime: .seconds(settings.lifetime_h * 3600), tags: settings.tags, run: randomHex(bytes: 6),
      owner: "\(environment["USER"] ?? environment["LOGNAME"] ?? NSUserName())@\(host)")
  }
}

extension EC2FleetSettings.ImageChoice {
  init(_ image: MachineImage) {
    switch image {
    case .id(let id): self = .id(id)
    case .newest(let owner, let name): self = .newest(owner: owner, name: name)
    }
  }
}
