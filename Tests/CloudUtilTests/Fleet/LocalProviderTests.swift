import CloudUtil
import Testing

@Suite struct LocalProviderTests {
  @Test("This machine alone serves every role that is asked for, and holds nothing to give back")
  func provision() async throws {
    let provider = LocalProvider()
    let workers = FleetSpec.Group(count: 12, instanceType: "c5.xlarge")
    let spec = FleetSpec(cluster: ClusterID(experiment: "t"), groups: [Role("worker"): workers, Role("client"): workers])
    let fleet = try await provider.provision(spec)
    #expect(fleet[Role("worker")]?.map(\.address) == ["127.0.0.1"])
    #expect(fleet[Role("client")] == fleet[Role("worker")])
    #expect(fleet[Role("frontend")] == nil)
    #expect(try await provider.list().isEmpty)
    try await provider.release(spec.cluster)
  }
}
