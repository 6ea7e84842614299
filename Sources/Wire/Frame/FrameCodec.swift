import NIOCore

/// Frames of a link into messages, for a NIO pipeline. An error goes down the pipeline; whoever sees it closes the link.
public struct FrameDecoder: ByteToMessageDecoder {
  public typealias InboundOut = WorkerMessage

  private var limit: Int
  private let limitAfterFirst: Int

  /// - Parameter firstFrameBytes: the longest first frame accepted; short where the other side is not yet known.
  public init(maximumFrameBytes: Int = Link.maximumFrameBytes, firstFrameBytes: Int = Link.maximumFirstFrameBytes) {
    limit = min(firstFrameBytes, maximumFrameBytes)
    limitAfterFirst = maximumFrameBytes
  }

  public mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
    guard let message = try WorkerMessage.decode(from: &buffer, maximumFrameBytes: limit) else { return .needMoreData }
    limit = limitAfterFirst
    context.fireChannelRead(wrapInboundOut(message))
    return .continue
  }

  /// What is left when the link closes is an incomplete frame, which is of no use.
  public mutating func decodeLast(
    context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool
  ) throws -> DecodingState {
    try decode(context: context, buffer: &buffer)
  }
}

/// Messages into the frames of a link, for a NIO pipeline.
public struct FrameEncoder: MessageToByteEncoder {
  public typealias OutboundIn = WorkerMessage

  public init() {}

  public func encode(data: WorkerMessage, out: inout ByteBuffer) { data.encode(into: &out) }
}
