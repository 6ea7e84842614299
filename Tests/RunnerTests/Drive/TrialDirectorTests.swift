import Control
import Serving
import Testing

@testable import Runner

@Suite struct TrialDirectorTests {
  private let workers = [Component("worker/0"), Component("worker/1")]
  private let parity = [Component("parity/2")]
  private let clients = [Component("client/0"), Component("client/1")]

  private func director() -> TrialDirector {
    TrialDirector(
      baseWorkers: workers, redundantWorkers: parity, clients: clients,
      limits: .init(drive: .seconds(10), drain: .seconds(5)), at: Instant(nanoseconds: 0))
  }

  private func at(_ seconds: Double) -> Instant { Instant(nanoseconds: Int64(seconds * 1e9)) }

  private func makeReady(_ director: inout TrialDirector) {
    for component in workers + parity + clients + [.frontend] {
      director.handle(.announced(Announcement(component, .ready)), at: at(1))
    }
  }

  @Test("the whole course: ready, go, drain with the number sent, finish, finished")
  func course() {
    var director = director()
    makeReady(&director)
    #expect(director.stage == .driving)
    let start = at(1) + .milliseconds(50)
    #expect(director.commands == clients.map { .init(order: .go(start_ns: start.nanoseconds), to: $0) })
    director.handle(.announced(Announcement(clients[0], .sent, detail: "150")), at: at(2))
    #expect(director.commands.isEmpty)
    director.handle(.announced(Announcement(clients[0], .done)), at: at(2))
    director.handle(.announced(Announcement(clients[1], .sent, detail: "149")), at: at(3))
    #expect(director.commands == [.init(order: .drain(queries: 299), to: .frontend)])
    // The end of a process may be known before its last word.
    director.handle(.exited(clients[1], isSuccess: true, how: "exited with status 0"), at: at(3))
    director.handle(.announced(Announcement(clients[1], .done)), at: at(3))
    #expect(director.commands == [.init(order: .finish, to: .frontend)])
    director.handle(.exited(clients[0], isSuccess: true, how: "exited with status 0"), at: at(3))
    director.handle(.announced(Announcement(.frontend, .done)), at: at(4))
    #expect(director.stage == .finished)
  }

  @Test("a stage that takes too long fails and names what it waited for")
  func deadlines() {
    var director = director()
    director.handle(.announced(Announcement(.frontend, .ready)), at: at(0))
    director.handle(.tick, at: at(121))
    let everyone = "client/0, client/1, parity/2, worker/0, worker/1"
    #expect(director.stage == .failed("getting ready took longer than 120 s; still waiting for \(everyone)"))
  }

  @Test("what a trial needs beside its components is lost: it fails with that, unless it is over")
  func broken() {
    var director = director()
    director.handle(.broken("hosts.csv cannot be written"), at: at(1))
    #expect(director.stage == .failed("hosts.csv cannot be written"))
    director.handle(.broken("nor this"), at: at(1))
    #expect(director.stage == .failed("hosts.csv cannot be written"))
  }

  @Test("a process that ends before it is ready fails the trial with what it said")
  func earlyExit() {
    var director = director()
    director.handle(.exited(workers[1], isSuccess: false, how: "exited with status 65: no such model"), at: at(0))
    #expect(director.stage == .failed("worker/1 exited with status 65: no such model before it was ready"))
  }

  @Test("a worker that is killed while load is sent is part of the trial; the last one ends it")
  func killedWorkers() {
    var director = director()
    makeReady(&director)
    director.handle(.exited(workers[0], isSuccess: false, how: "was killed by signal 9"), at: at(2))
    #expect(director.stage == .driving)
    director.handle(.exited(parity[0], isSuccess: false, how: "was killed by signal 9"), at: at(2))
    #expect(director.stage == .driving)
    director.handle(.exited(workers[1], isSuccess: false, how: "was killed by signal 9"), at: at(2))
    #expect(
      director.stage
        == .failed("no instance of the base model is left: the last, worker/1, was killed by signal 9"))
  }

  @Test("a client or the frontend that ends while load is sent fails the trial")
  func lostMeasurers() {
    for component in [clients[0], .frontend] {
      var director = director()
      makeReady(&director)
      director.handle(.exited(component, isSuccess: false, how: "was killed by signal 9"), at: at(2))
      #expect(director.stage == .failed("\(component) was killed by signal 9"))
    }
  }

  // MARK: Without Redis

  private func withoutRedis() -> TrialDirector {
    var director = TrialDirector(
      baseWorkers: workers, redundantWorkers: parity, clients: clients,
      limits: .init(drive: .seconds(100), schedule: .seconds(10), drain: .seconds(5)), at: Instant(nanoseconds: 0))
    makeReady(&director)
    director.handle(.exited(.redis, isSuccess: false, how: "was killed by signal 9"), at: at(2))
    return director
  }

  @Test("without Redis the trial goes on: drained by the clock, over when its processes have ended")
  func redisGone() {
    var director = withoutRedis()
    #expect(director.stage == .driving && director.isRedisAway)
    // The schedule begins at 1.05 s and lasts for 10 s; a second later all is sent.
    director.handle(.tick, at: at(12))
    #expect(director.stage == .driving)
    director.handle(.tick, at: at(12.05))
    #expect(director.stage == .draining)
    #expect(director.commands == [.init(order: .drain(queries: 0), to: .frontend)])
    director.handle(.exited(clients[0], isSuccess: true, how: "exited with status 0"), at: at(13))
    #expect(director.stage == .draining)
    director.handle(.exited(clients[1], isSuccess: true, how: "exited with status 0"), at: at(13))
    #expect(director.commands == [.init(order: .finish, to: .frontend)])
    director.handle(.exited(.frontend, isSuccess: true, how: "exited with status 0"), at: at(14))
    #expect(director.stage == .finished)
  }

  @Test("without Redis, clients that have ended have sent everything; one that fails fails the trial")
  func redisGoneClients() {
    var director = withoutRedis()
    for client in clients { director.handle(.exited(client, isSuccess: true, how: "exited with status 0"), at: at(3)) }
    #expect(director.stage == .finishing)
    var failing = withoutRedis()
    failing.handle(.exited(clients[0], isSuccess: false, how: "exited with status 69: no"), at: at(3))
    #expect(failing.stage == .failed("client/0 exited with status 69: no"))
  }

  @Test("when Redis is back, orders go through it again, and what was said meanwhile still counts")
  func redisBack() {
    for back in [TrialDirector.Event.redis(isAway: false), .restarted(.redis)] {
      var director = withoutRedis()
      director.handle(back, at: at(3))
      #expect(!director.isRedisAway)
      for client in clients {
        director.handle(.announced(Announcement(client, .sent, detail: "100")), at: at(4))
      }
      #expect(director.commands == [.init(order: .drain(queries: 200), to: .frontend)])
    }
  }

  @Test("Redis that ends before the load begins fails the trial")
  func redisEarly() {
    var director = director()
    director.handle(.exited(.redis, isSuccess: false, how: "was killed by signal 9"), at: at(0))
    #expect(director.stage == .failed("redis was killed by signal 9 before it was ready"))
  }

  // MARK: Ends that are asked for

  private func asking(_ asked: TrialDirector.AskedEnds) -> TrialDirector {
    var director = TrialDirector(
      baseWorkers: workers, redundantWorkers: parity, clients: clients, asked: asked,
      limits: .init(drive: .seconds(10), drain: .seconds(5)), at: Instant(nanoseconds: 0))
    makeReady(&director)
    return director
  }

  @Test(
    "a client that the experiment kills is waited for no more; the frontend that it kills ends the trial and says so")
  func askedKills() {
    var director = asking(.init(kills: [clients[0], .frontend]))
    director.handle(.exited(clients[0], isSuccess: false, how: "was killed by signal 9"), at: at(2))
    #expect(director.stage == .driving)
    director.handle(.announced(Announcement(clients[1], .sent, detail: "50")), at: at(3))
    #expect(director.stage == .draining)
    director.handle(.announced(Announcement(clients[1], .done)), at: at(3))
    #expect(director.stage == .finishing)
    director.handle(.exited(.frontend, isSuccess: false, how: "was killed by signal 9"), at: at(4))
    #expect(
      director.stage
        == .failed(
          "frontend was killed by signal 9, as the experiment asks; the records of the trial end with it"))
  }

  @Test("the trial waits for a last worker that the experiment will start again, and lives when it is back")
  func awaitedRestart() {
    var director = asking(.init(kills: [workers[0]], restarts: [workers[0]: 1]))
    for worker in workers {
      director.handle(.exited(worker, isSuccess: false, how: "was killed by signal 9"), at: at(2))
    }
    #expect(director.stage == .driving)
    director.handle(.restarted(workers[0]), at: at(3))
    #expect(director.stage == .driving && director.deadWorkers == [workers[1]])
    // None is asked for any more.
    director.handle(.exited(workers[0], isSuccess: false, how: "was killed by signal 9"), at: at(4))
    #expect(
      director.stage
        == .failed("no instance of the base model is left: the last, worker/0, was killed by signal 9"))
  }

  @Test("a worker whose end is heard after its return is not lost")
  func lateEnd() {
    var director = asking(.init(restarts: [workers[0]: 1]))
    director.handle(.restarted(workers[0]), at: at(2))
    director.handle(.exited(workers[0], isSuccess: false, how: "was killed by signal 9"), at: at(2))
    director.handle(.announced(Announcement(workers[0], .ready)), at: at(2))
    #expect(director.deadWorkers.isEmpty)
  }
}
