import Foundation
import Synchronization
import Testing

@testable import Runner

@Suite("The console")
struct ConsoleTests {
  private final class Result: Sendable {
    let code = Mutex<Int32?>(nil)
  }

  @Test("waits for a slow reader of a pipe that was asked never to block, and loses nothing")
  func nonBlockingPipe() throws {
    let pipe = Pipe()
    let writing = pipe.fileHandleForWriting.fileDescriptor
    #expect(fcntl(writing, F_SETFL, fcntl(writing, F_GETFL) | O_NONBLOCK) == 0)
    // Several times what a pipe holds.
    let text = String(repeating: "0123456789", count: 40_000)
    let result = Result()
    let writer = Thread {
      result.code.withLock { $0 = Console.write(text, to: writing) }
      try? pipe.fileHandleForWriting.close()
    }
    writer.start()
    // The pipe is full before anything is read.
    var state = pollfd(fd: writing, events: Int16(POLLOUT), revents: 0)
    while poll(&state, 1, 0) == 1 { usleep(1000) }
    let read = try pipe.fileHandleForReading.readToEnd()
    #expect(read == Data(text.utf8))
    #expect(result.code.withLock { $0 } == 0)
  }
}
