import CloudUtil
import Testing

@Suite struct LocalProviderTests {
  @Test("This machine alone serves every role that is asked for")
  func provision() async throws {
    let provider = LocalProvider()
    let workers = FleetSpec.Group(count: 12, instanceType: "c5.xlarge")
    let spec = FleetSpec(
      cluster: ClusterID(experiment: "t"), groups: [Role("worker"): workers, Role("client"): workers])
    let fleet = Fleet(try await provider.provision(spec)) { _ in LocalShell() }
    #expect(fleet[Role("worker")].map(\.address) == ["127.0.0.1"])
    #expect(fleet[Role("client")].map(\.name) == fleet[Role("worker")].map(\.name))
    #expect(fleet[Role("frontend")].isEmpty)
    let shell = try #require(fleet[Role("worker")].first).shell
    #expect(try await shell.require(Command("echo", ["hello"]), deadline: .soon).stdout == "hello\n")
  }
}
