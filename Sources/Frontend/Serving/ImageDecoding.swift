import Imaging
import NIOCore
import NIOPosix
import Serving

/// Turns JPEG files into the floats that the network sees, on a few threads of its own. Confined to the serving loop.
final class ImageDecoding {
  struct NoMemory: Error, CustomStringConvertible {
    var description: String { "no memory for an image decoder" }
  }

  /// One thread with its decoder, and how many images wait for it.
  struct Lane: Sendable {
    fileprivate let eventLoop: any EventLoop
    fileprivate let preprocessor: NIOLoopBound<ImagePreprocessor>
    fileprivate var pending = 0

    /// One lane a thread of the group. Waits for the threads, so not to be called on an event loop.
    static func all(of group: MultiThreadedEventLoopGroup) throws -> [Lane] {
      try group.makeIterator().map { eventLoop in
        let preprocessor = try eventLoop.submit {
          guard let preprocessor = ImagePreprocessor() else { throw NoMemory() }
          return NIOLoopBound(preprocessor, eventLoop: eventLoop)
        }.wait()
        return Lane(eventLoop: eventLoop, preprocessor: preprocessor)
      }
    }
  }

  private var lanes: [Lane]

  init(_ lanes: [Lane]) { self.lanes = lanes }

  /// Decodes on the thread with the least to do, and gives the outcome to `serving` on its event loop.
  func decode(_ jpeg: ByteBuffer, of query: QueryID, for serving: ServingLoop) {
    guard let lane = lanes.indices.min(by: { lanes[$0].pending < lanes[$1].pending }) else { return }
    lanes[lane].pending += 1
    let bound = NIOLoopBound(serving, eventLoop: serving.eventLoop)
    let home = serving.eventLoop
    lanes[lane].eventLoop.execute { [preprocessor = lanes[lane].preprocessor] in
      let outcome = ImageDecoding.decode(jpeg, with: preprocessor.value)
      home.execute {
        bound.value.images?.lanes[lane].pending -= 1
        bound.value.take(decoded: outcome, of: query)
      }
    }
  }

  private static func decode(
    _ jpeg: ByteBuffer, with preprocessor: ImagePreprocessor
  ) -> Result<ByteBuffer, any Error> {
    var floats = ByteBuffer()
    floats.resetToZeros(count: ImagePreprocessor.elements)
    var outcome = Result<Void, any Error>.success(())
    floats.withMutableFloats { input in
      outcome = Result { try jpeg.withUnsafeReadableBytes { try preprocessor.preprocess($0, into: input) } }
    }
    return outcome.map { floats }
  }
}
