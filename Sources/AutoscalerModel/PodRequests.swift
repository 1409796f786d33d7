/// What the pods of a workload request of one resource: the denominator of utilization
/// (Kubernetes 1.36, pkg/controller/podautoscaler/replica_calculator.go, `calculateRequests`).
package struct PodRequests: Sendable {
  package let resource: ResourceName
  /// `nil` for the whole pod.
  package let container: String?
  package let version: KubernetesVersion
  /// Gate `PodLevelResources`.
  package let podLevelResources: Bool

  package init(resource: ResourceName, container: String?, version: KubernetesVersion, podLevelResources: Bool) {
    self.resource = resource
    self.container = container
    self.version = version
    self.podLevelResources = podLevelResources
  }

  /// The request of one pod in thousandths.
  ///
  /// - Throws: ``MetricProblem`` when a container that counts has no request for the resource, whatever the pod's state.
  package func milli(of pod: ScaledPod) throws(MetricProblem) -> Int64 {
    try [pod].withUnsafeBufferPointer { (pods) throws(MetricProblem) in try milli(ofPod: 0, in: pods) }
  }

  /// The request of one of several pods, found without a copy of it.
  func milli(ofPod index: Int, in pods: UnsafeBufferPointer<ScaledPod>) throws(MetricProblem) -> Int64 {
    if let container { return try milli(of: container, in: pods[index]) }
    if podLevelResources, !pods[index].podRequests.isEmpty { return try podLevelMilli(of: pods[index]) }
    var sum: Int64 = 0
    for position in pods[index].containers.indices {
      guard let milli = pods[index].containers[position].requests[resource] else {
        return try request(of: pods[index].containers[position], in: pods[index])
      }
      sum = sum.addingClamped(milli)
    }
    if version.countsSidecarRequests {
      for container in pods[index].initContainers where container.isRestartable {
        sum = sum.addingClamped(try request(of: container, in: pods[index]))
      }
    }
    return sum
  }

  private func milli(of container: String, in pod: ScaledPod) throws(MetricProblem) -> Int64 {
    if let found = pod.containers.first(where: { $0.name == container }) {
      return try request(of: found, in: pod)
    }
    if version.countsSidecarRequests,
      let found = pod.initContainers.first(where: { $0.isRestartable && $0.name == container })
    {
      return try request(of: found, in: pod)
    }
    if version.refusesAbsentContainers { throw .containerNotInPod(container: container, pod: pod.name) }
    return 0
  }

  private func request(of container: ScaledPod.ContainerRequests, in pod: ScaledPod) throws(MetricProblem) -> Int64 {
    guard let milli = container.requests[resource] else {
      throw .missingRequest(resource: resource, container: container.name, pod: pod.name)
    }
    return milli
  }

  /// The pod's own request, else what its containers make of it, plus overhead
  /// (Kubernetes 1.34, k8s.io/component-helpers/resource/helpers.go, `PodRequests`).
  private func podLevelMilli(of pod: ScaledPod) throws(MetricProblem) -> Int64 {
    let overhead = pod.overhead[resource] ?? 0
    if let own = pod.podRequests[resource] { return own.addingClamped(overhead) }
    let running = pod.containers.compactMap { $0.requests[resource] }
    let sidecars = pod.initContainers.filter(\.isRestartable).compactMap { $0.requests[resource] }
    var highest = (running + sidecars).reduce(Int64(0)) { $0.addingClamped($1) }
    var started: Int64 = 0
    for container in pod.initContainers {
      let request = container.requests[resource] ?? 0
      highest = max(highest, started.addingClamped(request))
      if container.isRestartable { started = started.addingClamped(request) }
    }
    let isDeclared =
      pod.overhead[resource] != nil
      || (pod.containers + pod.initContainers).contains { $0.requests[resource] != nil }
    guard isDeclared else { throw .missingPodLevelRequest(resource: resource, pod: pod.name) }
    return highest.addingClamped(overhead)
  }
}
