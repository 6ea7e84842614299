import CloudUtil

extension FleetSpec {
  /// A host for each component of the largest trial.
  init(_ sweep: Sweep, of experiment: Experiment) {
    var groups = [
      Role("frontend"): Group(count: 1, instanceType: experiment.frontendType),
      Role("worker"): Group(
        count: sweep.mostInstances, instanceType: experiment.workerType),
      Role("client"): Group(count: experiment.numClients, instanceType: experiment.clientType),
    ]
    if experiment.backgroundTraffic.contains(.clipper) {
      // The second tenant's; its workers stand on the hosts of the first's.
      groups[Role("bg_frontend")] = Group(count: 1, instanceType: "c5.xlarge")
      groups[Role("bg_client")] = Group(count: 1, instanceType: experiment.clientType)
    }
    self.init(cluster: ClusterID(experiment: experiment.experimentID), groups: groups)
  }
}
