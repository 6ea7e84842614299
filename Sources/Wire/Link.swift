/// The constants of a worker's link.
public enum Link {
  /// The longest frame that either side accepts: 64 images of 3x224x224 float32.
  public static let maximumFrameBytes = 64 * 3 * 224 * 224 * 4 + 4096
  /// The longest input of a query, as its sender gives it.
  public static let maximumInputBytes = 16 << 20
  /// The longest input of a query whose batch has to fit into one frame.
  public static func maximumInputBytes(batchSize: Int) -> Int {
    min(maximumInputBytes, (maximumFrameBytes - 4096) / batchSize)
  }
  /// The longest first frame of a link, `hello` or its answer: a stranger cannot make the reader hold more.
  public static let maximumFirstFrameBytes = 4096
  public static let heartbeatInterval: Duration = .milliseconds(200)
  /// A worker whose heartbeat is silent for so long is lost.
  public static let heartbeatTimeout: Duration = .seconds(1)
}
