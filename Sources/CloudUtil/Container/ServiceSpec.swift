/// A long-running process of an experiment that a `ContainerEngine` keeps.
public struct ServiceSpec: Equatable, Sendable {
  /// Unique on its host (`worker-0-parm`).
  public var name: String
  /// What the experiment calls it (`worker/0`).
  public var component: String
  public var command: Command
  public var tag: ProcessTag
  public var limits: Limits
  /// 0 is usual, 19 the lowest scheduling priority; below 0 needs privileges.
  public var niceness: Int
  /// Before every ordinary process (SCHED_FIFO, lowest priority); needs privileges. `niceness` has no meaning then.
  public var isRealtime = false
  /// Only on cores that nobody else wants (SCHED_IDLE), which needs no privileges. `niceness` has no meaning then.
  public var isIdle = false
  /// Signals that the program is started with blocked: until it unblocks one, for which it then is ready, those that come
  /// wait. In a container that takes `env` of coreutils and `bash` in its image.
  public var blockedSignals: [Int32] = []
  /// The file that gets stdout and stderr, appended; folders above it are made.
  public var log: String
  /// The name of the host in its fleet; nil where there is but one.
  public var host: String?

  /// What a container is made of (`run_exp-worker:latest`). This and what follows mean something to engines with
  /// containers only.
  public var image: String?
  public var mounts: [Mount] = []
  public var network = ServiceNetwork.host
  /// The rate of its link in each direction, where it has one of its own (`network` is `bridge`); nil: as fast as the host
  /// is. It takes root and tc on the host.
  public var link_mbit: Double?
  /// Whether it sees the host's GPUs; the host needs NVIDIA's container toolkit then.
  public var usesGPU = false

  public init(
    name: String, component: String, command: Command, tag: ProcessTag, limits: Limits = Limits(), niceness: Int = 0,
    log: String
  ) {
    self.name = name
    self.component = component
    self.command = command
    self.tag = tag
    self.limits = limits
    self.niceness = niceness
    self.log = log
  }
}
