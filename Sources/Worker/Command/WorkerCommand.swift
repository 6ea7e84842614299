import ArgumentParser
import NIOCore
import NIOPosix
import Serving
import Wire

#if canImport(Glibc)
  import Glibc
#endif

@main
struct WorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker",
    abstract: "Runs a model for a frontend: dials its link port and infers one batch at a time.",
    discussion: """
      The model is loaded first; a link that breaks is dialled again until SIGTERM, or until --patience is over.

      --model is a TorchScript file; 'synthetic', which takes the times of --service-time; or 'dummy', which takes
      none. The last two return the first ten values of the input, a linear function of it.

      Environment:
        RUN_EXP_LINK_SECRET     what the frontend wants to hear in hello
        RUN_EXP_REDIS_PASSWORD  of the Redis at --redis
        RUN_EXP_TORCH_RUNTIME   path of libTorchRuntime.so, where it is not beside this executable

      Exit codes: 0 after SIGTERM, 64 usage, 65 unusable model or file, 69 Redis, frontend or libtorch's runtime missing.
      """)

  @Option(help: "The Redis to find the frontend by.", transform: HostPort.init(argument:))
  var redis: HostPort?

  @Option(name: .customLong("run"), help: "The name of the run in Redis.")
  var runName: String?

  @Option(
    help: ArgumentHelp("The frontend's link port, in place of --redis.", valueName: "host:port"),
    transform: HostPort.init(argument:))
  var frontend: HostPort?

  @Option(
    help: ArgumentHelp("How long to dial a frontend that is not there, or wants none of it.", valueName: "seconds"))
  var patience = 600

  @Option(help: "The worker's number in the experiment.")
  var number: UInt32 = 0

  @Option(help: "The pool to join: base, approximate, or parity:0, parity:1 ...", transform: Pool.parse)
  var pool = Pool.base

  @Flag(
    help:
      "Only load the model, run it once, and print how many values an output has, whether it takes batches, and on what it ran."
  )
  var check = false

  @Option(help: ArgumentHelp("A TorchScript file, synthetic, or dummy.", valueName: "model"))
  var model: String

  @Option(help: "One input of the model: images, or floats: and a shape (floats:1x8x8).", transform: InputForm.parse)
  var input: InputForm

  @Option(help: "Threads that one inference uses.")
  var threads = 1

  @Option(
    help: ArgumentHelp(
      """
      Milliseconds a batch of the synthetic model takes, as JSON: kind (constant, exponential, lognormal or \
      empirical), median_ms (25), sigma (0.05), file (for empirical: one a line).
      """, valueName: "json"), transform: ServiceTime.parse)
  var serviceTime = ServiceTime()

  @Option(
    help: ArgumentHelp(
      """
      Batches that take longer, as a JSON list: workers (numbers; absent: all), probability, and added_ms or factor.
      """, valueName: "json"), transform: Slowdown.parse)
  var slowdowns: [Slowdown] = []

  @Option(
    help: ArgumentHelp(
      "Each SIGRTMIN goes on to the next of these: how many times as long a batch takes from then on.",
      valueName: "factors"), transform: Pace.parse)
  var paces: [Double] = []

  @Option(
    help: ArgumentHelp(
      "Each SIGRTMIN+1 goes on to the next of these: milliseconds later that whatever this worker sends leaves it.",
      valueName: "delays"), transform: LinkDelay.parse)
  var delays: [Double] = []

  @Option(help: "Of the service times and slowdowns; each worker draws its own from it.")
  var seed: UInt64 = 1

  func validate() throws {
    guard check || (redis == nil) != (frontend == nil) else {
      throw ValidationError("either --redis or --frontend is needed")
    }
    guard (redis == nil) == (runName == nil) else { throw ValidationError("--redis and --run go together") }
    guard (1...86_400).contains(patience) else { throw ValidationError("--patience is 1 to 86400 seconds") }
    guard (1...1024).contains(threads) else { throw ValidationError("--threads is 1 to 1024") }
  }

  func run() throws {
    Signals.endOnTermination()
    Monotonic.wakeMainThreadPromptly()
    do throws(StartFailure) {
      if check { try showOutputs() } else { try serve() }
    } catch {
      Log.line("worker/\(number): \(error)")
      throw ExitCode(error.exitCode)
    }
  }

  /// Never returns but by a failure to start: the model runs on this thread, the link on another.
  private func serve() throws(StartFailure) {
    var instance = try Instance(
      model: loadModel(), form: input, slowdowns: Slowdowns(slowdowns, seed: seed, worker: Int(number)),
      pace: Pace(paces))
    Log.line("worker/\(number): model \(model) is loaded")
    let jobs = JobMailbox()
    let secret = environment("RUN_EXP_LINK_SECRET") ?? ""
    let delay = LinkDelay(delays)
    let dialler = Dialler(
      frontend: try findFrontend(), hello: .init(secret: secret, pool: pool, worker: number), jobs: jobs,
      patience: .seconds(Int64(patience)), delay: delay)
    dialler.dial(on: MultiThreadedEventLoopGroup(numberOfThreads: 1).next())
    while true {
      let job = jobs.take()
      let start_ns = Monotonic.now_ns()
      let results = instance.run(job.inputs)
      let service_ns = UInt64(Monotonic.now_ns() - start_ns)
      delay.send(.outputs(job.id, service_ns: service_ns, results), over: job.link)
    }
  }

  /// Prints `outputs=<count> batches=<yes or no> device=<cpu or gpu>` if the model takes the input.
  private func showOutputs() throws(StartFailure) {
    var model = try loadModel()
    do throws(ModelFailure) {
      let outputs = try model.infer([ByteBuffer(repeating: 0, count: input.bytes)])
      let torch = model as? TorchModel
      let count = outputs.reduce(0) { $0 + $1.readableBytes } / 4
      print("outputs=\(count) batches=\(torch?.takesBatches ?? true ? "yes" : "no") device=\(torch?.device ?? "cpu")")
    } catch {
      throw .badInput("model \(self.model): \(error.reason)")
    }
  }

  private func loadModel() throws(StartFailure) -> any Model {
    switch model {
    case "dummy": return DummyModel()
    case "synthetic":
      return SyntheticModel(serviceTimes: try ServiceTimes(reading: serviceTime, seed: seed, worker: number))
    default: return try TorchModel(path: model, shape: input.shape, threads: threads, number: number)
    }
  }

  private func findFrontend() throws(StartFailure) -> HostPort {
    if let frontend { return frontend }
    guard let redis, let runName else { throw .unavailable("neither --redis nor --frontend") }
    return try FrontendLookup(redis: redis, run: runName, password: environment("RUN_EXP_REDIS_PASSWORD")).frontend()
  }

  private func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
