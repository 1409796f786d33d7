import KubernetesObjects
import Units

// From the delete request to the end of a pod (Kubernetes 1.36, pkg/kubelet/kuberuntime/kuberuntime_container.go,
// apiserver/pkg/registry/rest/delete.go).
extension ClusterSimulation {
  /// Asks for the end of a pod: sets the deletion time, and has its machine begin.
  ///
  /// - Parameter gracePeriod: seconds; `nil` for the pod's own. 0 ends it at once.
  mutating func deletePod(_ key: ObjectKey, gracePeriod: Int?) {
    guard var object = store[.pod, key], var pod = object.pod else { return }
    let grace = gracePeriod.map { Int64($0) } ?? pod.spec.terminationGracePeriodSeconds ?? 30
    guard let id = podIDs[key], var runtime = pods[id] else {
      discard(.pod, key)
      return
    }
    if grace == 0 {
      removePod(id)
      return
    }
    guard !runtime.isTerminating else { return }
    let deadline = (date.microseconds / 1_000_000).addingReportingOverflow(grace)
    pod.metadata.deletionTimestamp = KubernetesTime(seconds: deadline.overflow ? .max : deadline.partialValue)
    pod.metadata.deletionGracePeriodSeconds = grace
    pod.metadata.generation = (pod.metadata.generation ?? 1) + 1
    runtime.isTerminating = true
    let begun = now + Self.controlLatency
    let killed = begun + .seconds(grace)
    runtime.killedAt = killed
    pods[id] = runtime
    object.content = .pod(pod)
    commit(object)
    guard runtime.startedAt != nil else {
      queue.add(.remove(id), at: begun + Self.controlLatency)
      return
    }
    record(
      .normal, "Killing", "Stopping container \(runtime.container.name)", about: .pod, key, by: Self.kubelet)
    queue.add(.exit(id, killed: true), at: killed)
    let signalled = begun + runtime.preStop
    if signalled < killed { queue.add(.signal(id), at: signalled) }
  }

  /// SIGTERM arrives: the application takes requests for a moment longer.
  mutating func signal(_ id: PodID) {
    guard pods[id] != nil else { return }
    queue.add(.stopListening(id), at: now + workload.keepsServingAfterTermination)
  }

  /// The application takes no more requests, answers those that it has, and ends.
  mutating func stopListening(_ id: PodID) {
    guard var runtime = pods[id] else { return }
    settleOfferedLoad()
    runtime = pods[id] ?? runtime
    runtime.isListening = false
    pods[id] = runtime
    let answered = max(wall, runtime.load.busyUntil) + workload.serviceTime.seconds
    queue.add(.exit(id, killed: false), at: .seconds(answered * timeScale))
  }

  /// The container has ended, by itself or killed at the end of the grace period.
  mutating func exit(_ id: PodID, killed: Bool) {
    guard var runtime = pods[id], exits[id] == nil else { return }
    if !killed, let deadline = runtime.killedAt, now >= deadline { return }
    settleOfferedLoad()
    runtime = pods[id] ?? runtime
    exits[id] = wall
    queue.add(.forgetExit(id), at: now + .seconds(600))
    runtime.isListening = false
    runtime.isUp = false
    runtime.isReady = false
    let startedAt = runtime.startedAt.map { date(at: $0) }
    pods[id] = runtime
    let time = date
    updatePod(id) { pod in
      pod.status?.setConditions(["ContainersReady", "Ready"], to: "False", reason: "ContainersNotReady", at: time)
      for index in pod.status?.containerStatuses?.indices ?? 0..<0 {
        pod.status?.containerStatuses?[index].ready = false
        pod.status?.containerStatuses?[index].started = false
        pod.status?.containerStatuses?[index].state = .terminated(
          exitCode: killed ? 137 : 0, reason: killed ? "Error" : "Completed", startedAt: startedAt, finishedAt: time)
      }
    }
    queue.add(.remove(id), at: now + .milliseconds(50))
  }

  /// The pod is gone from its machine and from the API.
  mutating func removePod(_ id: PodID) {
    guard let runtime = pods[id] else { return }
    settleOfferedLoad()
    if exits[id] == nil, runtime.startedAt != nil {
      exits[id] = wall
      queue.add(.forgetExit(id), at: now + .seconds(600))
    }
    pods[id] = nil
    podIDs[runtime.key] = nil
    if let node = runtime.node { podsOnNode[node] -= 1 }
    if let owner = runtime.replicaSet {
      podsOfReplicaSet[owner]?.removeAll { $0 == id }
      if podsOfReplicaSet[owner]?.isEmpty == true { podsOfReplicaSet[owner] = nil }
    }
    if var object = store[.pod, runtime.key] {
      object.metadata.deletionTimestamp = object.metadata.deletionTimestamp.map { min($0, date) } ?? date
      object.metadata.deletionGracePeriodSeconds = 0
      store.put(object, at: now)
    }
    discard(.pod, runtime.key)
  }

  /// Removes what an object owned, after the object is gone.
  mutating func collectGarbage(ownerUID: String) {
    func isOwned(_ object: ClusterObject) -> Bool {
      object.metadata.ownerReferences?.contains { $0.uid == ownerUID } == true
    }
    for set in store.all(.replicaSet) where isOwned(set) { discard(.replicaSet, set.key) }
    for slice in store.all(.endpointSlice) where isOwned(slice) { discard(.endpointSlice, slice.key) }
    for pod in store.all(.pod) where isOwned(pod) { deletePod(pod.key, gracePeriod: nil) }
  }
}
