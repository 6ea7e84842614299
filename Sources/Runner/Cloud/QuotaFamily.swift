/// The kinds of machines for which EC2 has a quota of running vCPUs each, per account and region.
enum QuotaFamily: String, CaseIterable, Codable, Sendable {
  // As Service Quotas calls them:
  // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-on-demand-instances.html#ec2-on-demand-instances-limits
  case standard = "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances"
  case graphics = "Running On-Demand G and VT instances"
  case p = "Running On-Demand P instances"
  case f = "Running On-Demand F instances"
  case inferentia = "Running On-Demand Inf instances"
  case trainium = "Running On-Demand Trn instances"
  case x = "Running On-Demand X instances"
  case highMemory = "Running On-Demand High Memory instances"
  case hpc = "Running On-Demand HPC instances"
  case deepLearning = "Running On-Demand DL instances"

  /// nil for a type whose letters are in no quota that is known (`mac` among them, which run on dedicated hosts alone).
  init?(instanceType: String) {
    // The letters before the generation: c in c5n.large, inf in inf1.xlarge, u in u-6tb1.metal.
    switch instanceType.prefix(while: { $0.isLetter }) {
    case "a", "c", "d", "h", "i", "im", "is", "m", "r", "t", "z": self = .standard
    case "g", "gr", "vt": self = .graphics
    case "p": self = .p
    case "f": self = .f
    case "inf": self = .inferentia
    case "trn": self = .trainium
    case "x": self = .x
    case "u": self = .highMemory
    case "hpc": self = .hpc
    case "dl": self = .deepLearning
    default: return nil
    }
  }

  /// AWS's name.
  var name: String { rawValue }

  /// Whether machines of this type have GPUs: families G and P. VT, which shares G's quota, transcodes videos.
  static func hasGPU(instanceType: String) -> Bool {
    switch QuotaFamily(instanceType: instanceType) {
    case .graphics: !instanceType.hasPrefix("vt")
    case .p: true
    case .standard, .f, .inferentia, .trainium, .x, .highMemory, .hpc, .deepLearning, nil: false
    }
  }
}
