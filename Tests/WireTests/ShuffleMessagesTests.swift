import Testing
import Wire

@Suite struct ShuffleMessagesTests {
  @Test("every greeting, order and reply of a shuffle program is read back as it was written")
  func roundTrip() {
    for greeting in [ShuffleGreeting.orders(secret: "s3"), .data(secret: "s3", bytes: 268_435_456)] {
      #expect(ShuffleGreeting(greeting.text) == greeting)
    }
    for order in [ShuffleOrder.move(id: 7, host: "10.0.0.3", port: 7411, bytes: 134_217_728), .stop] {
      #expect(ShuffleOrder(order.text) == order)
    }
    for reply in [ShuffleReply.ready, .moved(id: 3), .failed(id: 4, reason: "connection reset by peer")] {
      #expect(ShuffleReply(reply.text) == reply)
    }
  }

  @Test(
    "anything else is none of them",
    arguments: [
      "", "orders", "data x", "data x 0", "data x -1", "data x many", "orders x y", "GET / HTTP/1.1", "move 1 h 0 5",
      "move 1 h 70000 5", "move a h 1 5", "move 1 h 1 0", "stop now", "moved", "moved x", "failed 1", "ready 1",
    ])
  func others(_ line: String) {
    #expect(ShuffleGreeting(line) == nil)
    #expect(ShuffleOrder(line) == nil)
    #expect(ShuffleReply(line) == nil)
  }
}
