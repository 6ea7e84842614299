import Foundation
import NIOCore
import Serving
import Testing
import Wire

@testable import Worker

@Suite struct LinkTests {
  private static let input = ByteBuffer(floats: [1, 2, 3, 4, 5, 6])
  private static let output = WorkerMessage.Result.output(ByteBuffer(floats: [1, 2, 3, 4, 5, 6, 0, 0, 0, 0]))

  @Test("A worker says who it is, is welcomed, beats, and answers its jobs")
  func jobs() throws {
    let frontend = try FakeFrontend()
    let worker = try WorkerProcess(dialling: frontend.port, model: "dummy")
    let link = try frontend.accept()
    #expect(try link.next() == .hello(.init(secret: WorkerProcess.secret, pool: .base, worker: 3)))
    try link.send(.welcome)
    #expect(try link.next(heartbeat: true) == .heartbeat)
    for job in 0..<5 {
      let results = try link.run(job, .floats, Array(repeating: LinkTests.input, count: job + 1))
      #expect(results == Array(repeating: LinkTests.output, count: job + 1))
    }
    withExtendedLifetime(worker) {}
  }

  @Test("A refused worker says why and dials again")
  func refused() throws {
    let frontend = try FakeFrontend()
    let worker = try WorkerProcess(dialling: frontend.port, model: "dummy")
    let link = try frontend.accept()
    _ = try link.next()
    try link.send(.refused(reason: "wrong secret"))
    #expect(try link.next() == nil)
    let again = try frontend.accept()
    _ = try again.next()
    worker.terminate()
    #expect(worker.exitCode() == 0)
    #expect(worker.errorLines().filter { $0.contains("wrong secret") }.count == 1)
  }

  @Test("When its link breaks, also in the middle of a job, a worker comes back and works on")
  func redial() throws {
    let frontend = try FakeFrontend()
    let slow = #"{"kind":"constant","median_ms":300}"#
    let worker = try WorkerProcess(dialling: frontend.port, model: "synthetic", "--service-time", slow)
    var link = try frontend.welcome()
    try link.send(.job(JobID(7), .init(encoding: .floats, items: [LinkTests.input])))
    link.end()
    link = try frontend.welcome()
    #expect(try link.run(8, .floats, [LinkTests.input]) == [LinkTests.output], "and nothing of job 7")
    withExtendedLifetime(worker) {}
  }

  @Test("A worker whose frontend stays away gives up")
  func patience() throws {
    var frontend: FakeFrontend? = try FakeFrontend()
    let port = try #require(frontend).port
    let worker = try WorkerProcess(dialling: port, model: "dummy", input: "floats:2x3", "--patience", "1")
    try frontend?.welcome().end()
    frontend = nil
    #expect(worker.exitCode() == 69)
    #expect(worker.errorLines().last?.contains("no frontend at 127.0.0.1:\(port) for 1 s; giving up") ?? false)
  }

  @Test(
    "A frame that makes no sense, or comes out of turn, ends the link and not the worker",
    arguments: [[1, 0, 0, 0, 99], [255, 255, 255, 255], [1, 0, 0, 0, 4], [2, 0, 0, 0, 5, 0]] as [[UInt8]])
  func nonsense(bytes: [UInt8]) throws {
    let frontend = try FakeFrontend()
    let worker = try WorkerProcess(dialling: frontend.port, model: "dummy")
    let link = try frontend.welcome()
    try link.send(raw: bytes)
    #expect(try link.next() == nil)
    #expect(try frontend.welcome().run(1, .floats, [LinkTests.input]) == [LinkTests.output])
    withExtendedLifetime(worker) {}
  }

  @Test("A busy model does not silence the heartbeat")
  func busy() throws {
    let frontend = try FakeFrontend()
    let slow = #"{"kind":"constant","median_ms":900}"#
    let worker = try WorkerProcess(dialling: frontend.port, model: "synthetic", "--service-time", slow)
    let link = try frontend.welcome()
    #expect(try link.next(heartbeat: true) == .heartbeat)
    _ = try link.run(1, .floats, [LinkTests.input])
    #expect(link.heartbeats > 0)
    withExtendedLifetime(worker) {}
  }

  @Test("A bad input in the middle of a batch is refused alone")
  func badInput() throws {
    let frontend = try FakeFrontend()
    let worker = try WorkerProcess(dialling: frontend.port, model: "dummy")
    let link = try frontend.welcome()
    let short = try link.run(1, .floats, [LinkTests.input, ByteBuffer(floats: [1]), LinkTests.input])
    #expect(short == [LinkTests.output, .badInput("input of 4 bytes, needed are 24: 6 float32"), LinkTests.output])
    let image = try link.run(2, .jpeg, [LinkTests.input])
    #expect(image == [.badInput("a JPEG image, needed are 6 float32")])
    withExtendedLifetime(worker) {}
  }

  @Test("A damaged image in the middle of a batch is refused alone, and floats stand for a preprocessed image")
  func badImage() throws {
    let frontend = try FakeFrontend()
    let worker = try WorkerProcess(dialling: frontend.port, model: "dummy", input: "images")
    let link = try frontend.welcome()
    let grey = try #require(Data(base64Encoded: SmallImage.base64))
    let results = try link.run(
      1, .jpeg, [ByteBuffer(bytes: grey), ByteBuffer(string: "no image"), ByteBuffer(bytes: grey)])
    try #require(results.count == 3)
    guard case .output(let output) = results[0], case .badInput(let reason) = results[1] else {
      Issue.record("\(results)")
      return
    }
    #expect(results[2] == results[0])
    #expect(reason.contains("not a JPEG image"))
    let expected = (200.0 / 255 - 0.485) / 0.229
    #expect(output.floats.count == 10 && output.floats.allSatisfy { abs(Double($0) - expected) < 0.02 })
    let parity = try link.run(2, .floats, [ByteBuffer(floats: Array(repeating: 0.5, count: 3 * 224 * 224))])
    #expect(parity == [.output(ByteBuffer(floats: Array(repeating: 0.5, count: 10)))])
    withExtendedLifetime(worker) {}
  }

  @Test("SIGTERM ends a worker at once with exit code 0, joined or dialling or busy")
  func termination() throws {
    let frontend = try FakeFrontend()
    let slow = #"{"kind":"constant","median_ms":60000}"#
    let worker = try WorkerProcess(dialling: frontend.port, model: "synthetic", "--service-time", slow)
    let link = try frontend.welcome()
    try link.send(.job(JobID(1), .init(encoding: .floats, items: [LinkTests.input])))
    #expect(try link.next(heartbeat: true) == .heartbeat)
    worker.terminate()
    #expect(worker.exitCode() == 0)
    #expect(try link.next() == nil)
  }
}

/// An 8x8 grey JPEG, every pixel 200.
enum SmallImage {
  static let base64 =
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1x"
    + "eXBkeFxlZ2P/wAALCAAIAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAABv/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8ASP/Z"
}
