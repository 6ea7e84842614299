import Foundation
import Testing

@testable import CloudUtil

@Suite struct MachineExpiryTests {
  private static let past = (UTCTime.now + .seconds(-2)).iso8601
  private static let future = (UTCTime.now + .seconds(1800)).iso8601
  private static let faults = ["server", "garbage", "break", "hang", "short"].map { "fault: \($0)" }

  @Test("The user-data is a script that sh takes and EC2 has room for")
  func syntax() async throws {
    let script = MachineExpiry.userData(expires: .now)
    #expect(script.count < 16384 && script.starts(with: Array("#!/bin/sh\n".utf8)))
    try await Workbench.use { bench in
      let path = bench.folder.appendingPathComponent("user-data").path
      try Data(script).write(to: URL(fileURLWithPath: path))
      try await LocalShell().require(Command("sh", ["-n", path]), deadline: .soon)
    }
  }

  @Test("It leaves a time, a program and a timer that asks every minute and soon after each boot, without delay")
  func install() async throws {
    let expires = UTCTime.now + .seconds(3600)
    try await MachineBench.use(expires: expires) { machine in
      #expect(try machine.text("var/lib/run_exp/expires") == expires.iso8601 + "\n")
      #expect(FileManager.default.isExecutableFile(atPath: machine.path("usr/local/sbin/run_exp-expire")))
      #expect(try machine.text("systemctl.log") == "daemon-reload\nenable --now run_exp-expire.timer\n")
      let timer = try machine.text("etc/systemd/system/run_exp-expire.timer").split(separator: "\n")
      for line in ["OnBootSec=30", "OnUnitActiveSec=60", "AccuracySec=5", "WantedBy=timers.target"] {
        #expect(timer.contains(line[...]), "\(line)")
      }
      let service = try machine.text("etc/systemd/system/run_exp-expire.service").split(separator: "\n")
      #expect(service.contains("Type=oneshot"))
      // One that hangs must not be the last that asks.
      #expect(service.contains { $0.hasPrefix("TimeoutStartSec=") })
      #expect(service.contains { $0.hasPrefix("ExecStart=") && $0.hasSuffix("/usr/local/sbin/run_exp-expire") })
    }
  }

  @Test("A machine shuts down at or after the later of the times of its tag and its file, not before")
  func later() async throws {
    try await MachineBench.use { machine in
      let (past, future) = (MachineExpiryTests.past, MachineExpiryTests.future)
      for (tag, file, isOver) in [(future, past, false), (past, future, false), (past, past, true)] {
        try machine.tag(tag)
        try machine.file(file)
        #expect(try await machine.ask() == .init(hasShutDown: isOver, isSuccess: true, stderr: ""))
        #expect(try machine.text("var/lib/run_exp/expires").hasPrefix(isOver ? past : future))
      }
      try machine.tag(UTCTime.now.iso8601)
      #expect(try await machine.ask().hasShutDown)
    }
  }

  @Test("Without an answer that can be read, the time of the file holds", arguments: faults + ["", "soon"])
  func file(tag: String) async throws {
    try await MachineBench.use { machine in
      try machine.tag(tag)
      #expect(try await machine.ask() == .init(hasShutDown: false, isSuccess: true, stderr: ""))
      try machine.file(MachineExpiryTests.past + "\n")
      #expect(try await machine.ask() == .init(hasShutDown: true, isSuccess: true, stderr: ""))
    }
  }

  @Test("Where nothing listens for metadata, the time of the file holds")
  func noMetadata() async throws {
    try await MachineBench.use { machine in
      let nobody = "http://127.0.0.1:\(try LoopbackPort.free())"
      #expect(try await !machine.ask(metadata: nobody).hasShutDown)
      try machine.file(MachineExpiryTests.past)
      #expect(try await machine.ask(metadata: nobody).hasShutDown)
    }
  }

  @Test("Time that was added to the tag stays when the metadata do not answer later")
  func extended() async throws {
    try await MachineBench.use { machine in
      try machine.file(MachineExpiryTests.past)
      try machine.tag(MachineExpiryTests.future)
      #expect(try await !machine.ask().hasShutDown)
      for fault in MachineExpiryTests.faults where fault != "fault: hang" {
        try machine.tag(fault)
        #expect(try await machine.ask() == .init(hasShutDown: false, isSuccess: true, stderr: ""))
      }
    }
  }

  @Test("With neither tag nor file a machine goes on, and says so", arguments: [nil, "", "2026-11-21", "never"])
  func neither(file: String?) async throws {
    try await MachineBench.use { machine in
      try machine.tag("")
      try machine.file(file)
      let answer = try await machine.ask()
      #expect(!answer.hasShutDown && !answer.isSuccess)
      #expect(answer.stderr.contains("neither tag nor file says when this machine ends"))
    }
  }

  @Test("The metadata are never asked for through a proxy")
  func proxy() async throws {
    try await MachineBench.use { machine in
      try machine.file(nil)
      try machine.tag(MachineExpiryTests.past)
      let nobody = "http://127.0.0.1:\(try LoopbackPort.free())"
      let proxies = ["http_proxy": nobody, "HTTP_PROXY": nobody, "all_proxy": nobody]
      #expect(try await machine.ask(proxies) == .init(hasShutDown: true, isSuccess: true, stderr: ""))
    }
  }

  /// Summer time, winter time, and no whole hours.
  @Test(
    "The machine's time zone does not matter, in summer or winter",
    arguments: ["America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "XYZ+5ABC,0/0,365/23"])
  func timeZone(zone: String) async throws {
    try await MachineBench.use { machine in
      try machine.tag((UTCTime.now + .seconds(60)).iso8601)
      #expect(try await !machine.ask(["TZ": zone]).hasShutDown)
      try machine.file(nil)
      try machine.tag(MachineExpiryTests.past)
      #expect(try await machine.ask(["TZ": zone]).hasShutDown)
    }
  }

  @Test("A shutdown that fails is an error, so that the next minute tries again")
  func failingShutdown() async throws {
    try await MachineBench.use { machine in
      try machine.file(nil)
      try machine.tag(MachineExpiryTests.past)
      #expect(try await !machine.ask(["RUN_EXP_SHUTDOWN": "false"]).isSuccess)
    }
  }
}
