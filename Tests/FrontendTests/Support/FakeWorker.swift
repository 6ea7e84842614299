import NIOCore
import NIOPosix
import Serving
import Wire

/// A worker over a real socket whose model is a closure. Beats its heart unless told not to.
struct FakeWorker {
  /// What it makes of a job; nil: it stays silent about it.
  typealias Model = @Sendable (JobID, WorkerMessage.Inputs) -> [WorkerMessage.Result]?

  private let channel: any Channel
  /// The frontend's answer to the hello; nil if it closed the link without one.
  let greeting: WorkerMessage?

  /// Dials, says hello and waits for the answer.
  init(
    port: Int, worker: UInt32, pool: Pool = .base, secret: String = RunningServer.secret, hasHeartbeat: Bool = true,
    model: @escaping Model
  ) throws {
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let greeting = loop.makePromise(of: WorkerMessage?.self)
    channel = try ClientBootstrap(group: loop)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandlers(
            ByteToMessageHandler(FrameDecoder()), MessageToByteHandler(FrameEncoder()),
            Handler(model, greeting: greeting))
        }
      }
      .connect(host: "127.0.0.1", port: port).wait()
    channel.writeAndFlush(
      WorkerMessage.hello(WorkerMessage.Hello(secret: secret, pool: pool, worker: worker)), promise: nil)
    if hasHeartbeat {
      let channel = channel
      loop.scheduleRepeatedTask(initialDelay: .milliseconds(100), delay: .milliseconds(100)) { task in
        if channel.isActive { channel.writeAndFlush(WorkerMessage.heartbeat, promise: nil) } else { task.cancel() }
      }
    }
    self.greeting = try greeting.futureResult.wait()
  }

  func say(_ message: WorkerMessage) throws { try channel.writeAndFlush(message).wait() }

  /// Closes the link, as a worker that is killed does.
  func die() { channel.close(promise: nil) }

  func waitUntilClosed() throws { try channel.closeFuture.wait() }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = WorkerMessage
    typealias OutboundOut = WorkerMessage

    private let model: Model
    private var greeting: EventLoopPromise<WorkerMessage?>?

    init(_ model: @escaping Model, greeting: EventLoopPromise<WorkerMessage?>) {
      self.model = model
      self.greeting = greeting
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let message = unwrapInboundIn(data)
      greeting?.succeed(message)
      greeting = nil
      guard case .job(let job, let inputs) = message, let results = model(job, inputs) else { return }
      context.writeAndFlush(wrapOutboundOut(.outputs(job, service_ns: 1000, results)), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
      greeting?.succeed(nil)
      greeting = nil
    }
  }
}

extension FakeWorker {
  /// Gives each input's floats to `function`.
  static func function(_ function: @escaping @Sendable ([Float]) -> [Float]) -> Model {
    { _, inputs in inputs.items.map { .output(ByteBuffer(bytes: function($0.floats).littleEndianBytes)) } }
  }

  /// Answers with the input.
  static let echo = function { $0 }

  /// Takes jobs and never answers.
  static let silent: Model = { _, _ in nil }
}

extension ByteBuffer {
  var floats: [Float] {
    var copy = self
    var floats: [Float] = []
    while let bits = copy.readInteger(endianness: .little, as: UInt32.self) { floats.append(Float(bitPattern: bits)) }
    return floats
  }
}
