import KubernetesObjects

// The process that all controllers run in (Kubernetes 1.36, cmd/kube-controller-manager).
extension ClusterSimulation {
  /// Ends the controller manager: nobody syncs an HPA, goes on with a rollout, makes a pod or clears up, until it is started
  /// again. What it remembered is gone: recommendations, scale events, back-offs, and which events it has told.
  package mutating func stopControllers() {
    controllersRun = false
    context.forgetControllerWork()
    let syncLength = autoscalers.syncLength
    autoscalers = AutoscalerController()
    autoscalers.syncLength = syncLength
    deployments = DeploymentController()
    replicaSets = ReplicaSetController()
    jobs = JobController()
    endpointSlices = EndpointSliceController()
  }

  /// Starts the controller manager again: it lists all objects, looks at each of them, and syncs each HPA after a period.
  package mutating func startControllers() {
    guard !controllersRun else { return }
    controllersRun = true
    for object in ClusterKind.allCases.flatMap({ context.store.all($0) }) {
      if object.kind == .autoscaler { autoscalers.note(object, in: &context) }
      context.wakeControllers(of: object)
      context.noticeOwnership(of: object, since: nil)
    }
    var uids: Set<String> = []
    var owners: Set<String> = []
    for object in ClusterKind.allCases.flatMap({ context.store.all($0) }) {
      if let uid = object.metadata.uid { uids.insert(uid) }
      for owner in object.metadata.ownerReferences ?? [] { owners.insert(owner.uid) }
    }
    for lost in owners.subtracting(uids).sorted() {
      context.schedule(.collectGarbage(ownerUID: lost), after: ControllerContext.controlLatency)
    }
  }
}
