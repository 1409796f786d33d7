import AutoscalerModel
import KubernetesObjects
import Units

// The HorizontalPodAutoscaler controller: reads what one sync needs, lets the model decide, and writes what it decided.
extension ClusterSimulation {
  private static let autoscalerComponent = "horizontal-pod-autoscaler"

  /// The length of a sync: the next one starts a period after its end.
  static let autoscalerSyncLength = Duration.milliseconds(10)

  /// A new HPA waits one period for its first sync; a change of an old one wakes nobody.
  mutating func noteAutoscaler(_ object: ClusterObject) {
    let uid = object.metadata.uid ?? ""
    guard autoscalers[object.key] != uid, store[.autoscaler, object.key] != nil else { return }
    autoscalers[object.key] = uid
    queue.add(.synchronizeAutoscaler(object.key, uid: uid), at: now + autoscaling.settings.syncPeriod)
  }

  mutating func synchronizeAutoscaler(_ key: ObjectKey, uid: String) {
    guard let object = store[.autoscaler, key], let autoscaler = object.autoscaler, object.metadata.uid == uid else {
      if autoscalers[key] == uid { autoscalers[key] = nil }
      // Memory goes by name, so that only a sync that finds nothing of that name forgets.
      if store[.autoscaler, key] == nil { autoscaling.forget(namespace: key.namespace, name: key.name) }
      return
    }
    queue.add(
      .synchronizeAutoscaler(key, uid: uid),
      at: now + autoscaling.settings.syncPeriod + Self.autoscalerSyncLength)
    var decision: Decision
    if let target = scaleTarget(of: autoscaler, namespace: key.namespace) {
      let pods = selectedPods(target.target, namespace: key.namespace)
      let readings = autoscaler.spec.metricsOrDefault.map { reading(of: $0, pods: pods) }
      decision = autoscaling.sync(
        at: preciseDate, autoscaler: autoscaler, target: target.target, pods: pods.map(\.scaled), metrics: readings)
      if let size = decision.rescale {
        do {
          try setScale(target.kind, target.key, to: size, manager: Self.controllerManager)
          autoscaling.recordRescale(decision, of: autoscaler, at: preciseDate)
        } catch {
          decision.rescaleError = error.message
        }
      }
    } else {
      let reference = autoscaler.spec.scaleTargetRef
      let plural = reference.kind.lowercased() + "s"
      decision = autoscaling.sync(
        at: preciseDate, autoscaler: autoscaler, targetError: "\(plural).apps \"\(reference.name)\" not found")
    }
    for event in decision.events {
      record(
        event.type == "Warning" ? .warning : .normal, event.reason, event.message, about: .autoscaler, key,
        by: Self.autoscalerComponent)
    }
    writeStatus(decision.status(updating: autoscaler.status), of: key)
  }

  private mutating func writeStatus(_ status: HorizontalPodAutoscaler.Status, of key: ObjectKey) {
    guard var object = store[.autoscaler, key], var autoscaler = object.autoscaler, autoscaler.status != status else {
      return
    }
    autoscaler.status = status
    object.content = .autoscaler(autoscaler)
    object.recordWriter(Self.controllerManager, subresource: "status", at: date)
    commit(object)
  }

  /// The scale of the workload that an HPA names; `nil` when there is none.
  private func scaleTarget(
    of autoscaler: HorizontalPodAutoscaler, namespace: String
  ) -> (kind: ClusterKind, key: ObjectKey, target: ScaleTarget)? {
    let reference = autoscaler.spec.scaleTargetRef
    let key = ObjectKey(namespace: namespace, name: reference.name)
    switch reference.kind {
    case "Deployment":
      guard let deployment = store[.deployment, key]?.deployment else { return nil }
      let target = ScaleTarget(
        specReplicas: deployment.spec.replicas ?? 1, statusReplicas: deployment.status?.replicas ?? 0,
        selector: deployment.spec.selector?.text ?? "")
      return (.deployment, key, target)
    case "ReplicaSet":
      guard let set = store[.replicaSet, key]?.replicaSet else { return nil }
      let target = ScaleTarget(
        specReplicas: set.spec.replicas ?? 1, statusReplicas: set.status?.replicas ?? 0,
        selector: set.spec.selector?.text ?? "")
      return (.replicaSet, key, target)
    default: return nil
    }
  }

  private struct SelectedPod {
    let id: PodID?
    let pod: Pod
    let scaled: ScaledPod
  }

  private func selectedPods(_ target: ScaleTarget, namespace: String) -> [SelectedPod] {
    guard let selector = LabelSelector(text: target.selector) else { return [] }
    return store.all(.pod, namespace: namespace).compactMap { object in
      guard let pod = object.pod, selector.matches(pod.metadata.labels) else { return nil }
      return SelectedPod(id: podIDs[object.key], pod: pod, scaled: ScaledPod(pod))
    }
  }

  /// What the metrics API answers for a metric now.
  private func reading(of metric: MetricSpec, pods selected: [SelectedPod]) -> MetricReading {
    guard metric.type == "Resource" || metric.type == "ContainerResource" else {
      let group = metric.type == "External" ? "external.metrics.k8s.io" : "custom.metrics.k8s.io"
      return .failed("unable to get metric: no API of the group \(group) is simulated")
    }
    var measured: [PodID: MetricsPipeline.Measurement] = [:]
    for measurement in metrics.visible(at: now) { measured[measurement.pod] = measurement }
    let memory = workload.memoryBytes * 1_000
    let usages = selected.compactMap { selected -> PodUsage? in
      guard let id = selected.id, let measurement = measured[id], let serving = pods[id]?.container.name else {
        return nil
      }
      return PodUsage(
        pod: selected.scaled.name, timestamp: date(at: measurement.time), window: measurement.window,
        containers: (selected.pod.spec.containers ?? []).map { container in
          let cpu = container.name == serving ? measurement.millicores : 0
          return PodUsage.ContainerUsage(
            name: container.name, usage: ResourceAmounts(cpu: cpu, memory: memory))
        })
    }
    return .resource(usages)
  }
}
