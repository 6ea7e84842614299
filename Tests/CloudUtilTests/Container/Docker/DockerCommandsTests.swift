import Testing

@testable import CloudUtil

/// The commands of a deployment, read without a Docker.
@Suite struct DockerCommandsTests {
  private let commands = DockerCommands()
  private let entry = EntryFolder(
    tag: ProcessTag(experiment: "ParM", run: "4f2a"),
    owner: RunOwner(process: ProcessIdentity(pid: 17, startTicks: 99), machine: "1a2b-3"))
  private let ids = ["3f", "a0"]

  private var worker: ServiceSpec {
    var spec = ServiceSpec(
      name: "worker-0-parm", component: "worker/0",
      command: Command(
        "/opt/run_exp/bin/worker", ["--number", "0"], environment: ["OMP_NUM_THREADS": "1"],
        secrets: ["RUN_EXP_REDIS_PASSWORD": "swordfish"]),
      tag: entry.tag, limits: Limits(cpus: 0.5, memory_bytes: 64 << 20, cores: [1, 0]), niceness: 10,
      log: "/results/logs/worker-0.log")
    spec.image = "run_exp-worker:latest"
    spec.mounts = [Mount("/models"), Mount("/results/a, b", isReadOnly: false)]
    return spec
  }

  private var redis: ServiceSpec {
    var spec = ServiceSpec(
      name: "redis-parm", component: "redis", command: Command("redis-server", ["-"], stdin: "requirepass swordfish\n"),
      tag: entry.tag, log: "/results/logs/redis.log")
    spec.image = "run_exp-redis:latest"
    spec.isRealtime = true
    spec.usesGPU = true
    spec.network = .bridge(published: [PublishedPort(host: 7000, container: 6379)])
    return spec
  }

  @Test("Signals are blocked before the entry script begins, by a shell that leaves them so")
  func blockedSignals() {
    var spec = worker
    spec.blockedSignals = [34, 35]
    let arguments = commands.run(spec, entry: entry, user: "0:0").arguments
    #expect(
      arguments.drop { $0 != "--entrypoint" } == [
        "--entrypoint", "env", "run_exp-worker:latest", "--block-signal=34,35", "bash", "/run/run_exp/enter",
        "/opt/run_exp/bin/worker", "--number", "0",
      ])
  }

  @Test("A deployment, as a transcript")
  func transcript() {
    let machine = DockerMachine(version: "20", cores: 2, memory_bytes: 1 << 34, isRootless: false)
    let all = [
      commands.info, commands.inspect(["worker-0-parm", "redis-parm"]), entry.write([worker, redis]),
      commands.run(worker, entry: entry, user: "1000:1000"),
      commands.run(redis, entry: entry, user: "0:0", realtime: .inside),
      commands.runOnce(worker, owner: entry.owner, user: "0:0"), EntryFolder.unread([entry.path(of: "worker-0-parm")]),
      commands.kill("3f", signal: 15), commands.pause("3f"),
      commands.resume(["3f"]),
      commands.update("3f", limits: Limits(cpus: 1.5), of: machine),
      commands.exec(
        Command("cat", ["-"], environment: ["A": "b c"], secrets: ["KEY": "swordfish"], stdin: "x"), in: "3f"),
      commands.logs("3f", lines: 5), commands.deaths(of: entry.owner, since: "12.5"),
      commands.list(ContainerLabel.all(of: entry.tag)), commands.stop(ids, grace: .seconds(2)), commands.remove(ids),
      EntryFolder.remove([entry.path]), DockerCommands(address: "unix:///d.sock").pause("3f"),
    ]
    let transcript = all.map(\.description).joined(separator: "\n")
    let labels = { (component: String, role: String) in
      "--label run_exp.experiment=ParM --label run_exp.run=4f2a --label run_exp.component=\(component) "
        + "--label run_exp.role=\(role) --label run_exp.owner=17.99@1a2b-3"
    }
    let logging = "--log-driver json-file --log-opt max-size=64m --log-opt max-file=4"
    let folder = "/dev/shm/run_exp.ParM.4f2a.17.99@1a2b-3"
    let expected = #"""
      docker info --format '{{json .}}'
      docker container inspect worker-0-parm redis-parm
      sh -s < (\#(entry.write([worker, redis]).stdin?.value.utf8.count ?? 0) bytes)
      docker run --detach --init --pull never --name worker-0-parm \#(labels("worker/0", "worker")) --user 1000:1000 --network host --cpus 0.5 --memory 67108864b --memory-swap 67108864b --cpuset-cpus 0,1 --cpu-shares 110 \#(logging) --mount type=bind,source=/models,target=/models,readonly --mount 'type=bind,"source=/results/a, b","target=/results/a, b"' --mount type=bind,source=\#(folder)/worker-0-parm,target=/run/run_exp --env TINI_KILL_PROCESS_GROUP=1 --env OMP_NUM_THREADS=1 --entrypoint /bin/sh run_exp-worker:latest /run/run_exp/enter /opt/run_exp/bin/worker --number 0
      docker run --detach --init --pull never --name redis-parm \#(labels("redis", "redis")) --user 0:0 --network bridge --publish 127.0.0.1:7000:6379 --cap-add SYS_NICE --gpus all \#(logging) --mount type=bind,source=\#(folder)/redis-parm,target=/run/run_exp --env TINI_KILL_PROCESS_GROUP=1 --entrypoint /bin/sh run_exp-redis:latest /run/run_exp/enter chrt -f 1 redis-server -
      docker run --rm --init --pull never --network none --user 0:0 \#(labels("worker/0", "worker")) --mount type=bind,source=/models,target=/models,readonly --mount 'type=bind,"source=/results/a, b","target=/results/a, b"' --env OMP_NUM_THREADS=1 --entrypoint /opt/run_exp/bin/worker run_exp-worker:latest --number 0
      sh -c 'for folder; do [ ! -d "$folder" ] || find "$folder" -type f; done' sh \#(folder)/worker-0-parm
      docker kill --signal 15 3f
      docker pause 3f
      docker unpause 3f
      docker update --cpus 1.5 --memory 17179869184b --memory-swap 17179869184b --cpuset-cpus 0,1 3f
      KEY=<secret> docker exec --interactive --env 'A=b c' --env KEY 3f cat - < (1 bytes)
      sh -c 'exec "$@" 2>&1' sh docker logs --tail 5 3f
      docker events --since 12.5 --filter type=container --filter event=die --filter label=run_exp.owner=17.99@1a2b-3 --format '{{.ID}}'
      docker ps --all --no-trunc --quiet --filter label=run_exp.experiment=ParM --filter label=run_exp.run=4f2a
      docker stop -t 2 3f a0
      docker rm --force --volumes 3f a0
      rm -rf -- \#(folder)
      docker --host unix:///d.sock pause 3f
      """#
    #expect(transcript == expected)
    #expect(!transcript.contains("swordfish"))
  }

  @Test(
    "A niceness becomes the weight that the kernel gives it", arguments: [(-10, 9537), (-1, 1280), (10, 110), (19, 15)])
  func weights(_ niceness: Int, _ weight: Int) {
    var spec = redis
    spec.isRealtime = false
    spec.niceness = niceness
    let words = commands.run(spec, entry: entry, user: "0:0").arguments
    #expect(words.drop { $0 != "--cpu-shares" }.dropFirst().first == String(weight))
  }
}
