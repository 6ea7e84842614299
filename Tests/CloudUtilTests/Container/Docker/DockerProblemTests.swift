import Testing

@testable import CloudUtil

@Suite struct DockerProblemTests {
  @Test("What docker says of its engine is told apart")
  func engine() {
    let socket = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?"
    #expect(DockerProblem(stderr: "docker: \(socket).\nSee 'docker run --help'.\n") == .notAnswering("\(socket)."))
    #expect(
      DockerProblem(
        stderr: "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock")
        == .notPermitted)
    let full = "failed to copy files: write /var/lib/docker/x: no space left on device"
    #expect(DockerProblem(stderr: "Error response from daemon: \(full)") == .diskFull(full))
    #expect(DockerProblem(stderr: "Error response from daemon: No such container: x") == nil)
  }

  @Test("A name that is taken is told with its host, and with what ends a run wherever it is")
  func taken() {
    let owner = RunOwner(process: ProcessIdentity(pid: 17, startTicks: 1), machine: "m")
    let byRun = ContainerError.nameTakenByRun(
      service: "s", ProcessTag(experiment: "e", run: "r"), owner: owner, host: "i-1")
    let text = byRun.description
    #expect(
      text.hasPrefix("i-1: s: run r of e ") && text.contains("Ctrl-C") && text.contains("terminate of e"), "\(text)")
    let stranger = ContainerError.nameTakenByStranger(service: "s", image: "redis", host: "i-1")
    #expect(stranger.description.hasPrefix("i-1: s: a container of this name, of the image redis, "))
  }

  @Test("What docker says of a service is told apart")
  func service() {
    func meaning(_ text: String) -> ContainerError {
      ContainerError(dockerSays: DockerProblem.message(in: "docker: Error response from daemon: \(text)\n"), of: "s")
    }
    #expect(meaning("No such container: 3f") == .unknown(service: "s"))
    let taken = "Bind for 0.0.0.0:80 failed: port is already allocated"
    #expect(meaning(taken) == .portTaken(service: "s", reason: taken))
    #expect(
      meaning(#"Conflict. The container name "/s" is already in use by container "3f"."#) == .nameTaken(service: "s"))
    let range = "Range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available"
    #expect(meaning(range) == .limitRefused(service: "s", reason: range))
    #expect(meaning("what else") == .notStarted(service: "s", reason: "what else"))
  }

  @Test("Every problem says what to do next")
  func next() {
    let problems: [(DockerProblem, String)] = [
      (.notInstalled, "apt-get install"), (.notAnswering("x"), "systemctl start docker"), (.notPermitted, "usermod"),
      (.tooSlow("docker x"), "docker x"), (.diskFull("x"), "docker system df"),
      (.outOfReach("host x is silent"), "host x is silent"),
    ]
    for (problem, words) in problems { #expect("\(problem)".contains(words)) }
    #expect(
      "\(ContainerError.image("i", .missing, host: "h"))" == "h: the image i is missing; build it: Scripts/images")
  }

  @Test("An image that was made for something else is told by what it should have been made for, and by no file")
  func foreignImage() throws {
    let requirement = ImageRequirement("run_exp-worker:latest", content: "worker")
    #expect(try requirement.problem(labels: ["run_exp.image": "worker"]) == nil)
    let problem = try #require(try requirement.problem(labels: ["run_exp.image": "redis"]))
    #expect(problem == .foreign(content: "worker"))
    let text = "\(ContainerError.image(requirement.name, problem, host: "h"))"
    #expect(text.hasPrefix("h: the image run_exp-worker:latest was not made by Scripts/images for worker"))
  }

  @Test("docker info of no daemon is a problem, of one what it has")
  func machine() throws {
    let none = #"{"ServerErrors":["Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?"]}"#
    #expect(throws: DockerProblem.self) { try DockerMachine(json: none) }
    #expect(throws: DockerProblem.self) { try DockerMachine(json: "") }
    #expect(throws: DockerProblem.self) { try DockerMachine(json: #"{"ServerVersion":"","NCPU":0,"MemTotal":0}"#) }
    let some = #"{"ServerVersion":"20.10","NCPU":2,"MemTotal":1000000000,"SecurityOptions":["name=rootless"]}"#
    #expect(
      try DockerMachine(json: some)
        == DockerMachine(version: "20.10", cores: 2, memory_bytes: 1_000_000_000, isRootless: true))
  }

  @Test(
    "A limit that the machine cannot give is refused",
    arguments: [
      Limits(cpus: 2.5), Limits(cpus: 0), Limits(memory_bytes: 2 << 30), Limits(memory_bytes: 1 << 20),
      Limits(cores: [2]),
      Limits(cores: []), Limits(cores: [-1]),
    ])
  func limits(_ limits: Limits) throws {
    let machine = DockerMachine(version: "20.10", cores: 2, memory_bytes: 1 << 30, isRootless: false)
    #expect(throws: ContainerError.self) { try machine.check(limits, of: "s") }
    try machine.check(Limits(cpus: 2, memory_bytes: 1 << 30, cores: [0, 1]), of: "s")
  }
}
