import AutoscalerModel
import KubernetesObjects
import Units

/// The HorizontalPodAutoscaler controller: reads what one sync needs, lets the model decide, and writes what it decided.
///
/// Reads HPAs, the scales of workloads, pods and the metrics API; writes sizes and the status of HPAs.
struct AutoscalerController: Sendable {
  private var model = HPAController()
  /// The HPAs whose next sync is due at some time: by name, so that one that is made anew before it takes over the times
  /// of its predecessor (client-go, util/workqueue/delaying_queue.go).
  private var queued: Set<ObjectKey> = []

  private static let component = "horizontal-pod-autoscaler"

  /// The length of a sync: the next one starts a period after its end.
  var syncLength = Duration.milliseconds(10)

  /// A new HPA waits one period for its first sync; a change of an old one wakes nobody.
  mutating func note(_ object: ClusterObject, in context: inout ControllerContext) {
    guard context.store[.autoscaler, object.key] != nil, queued.insert(object.key).inserted else { return }
    context.schedule(.synchronizeAutoscaler(object.key), after: model.settings.syncPeriod)
  }

  mutating func synchronize(
    _ key: ObjectKey, in context: inout ControllerContext, pods: DataPlane, metrics: MetricsPipeline
  ) {
    guard let autoscaler = context.store[.autoscaler, key]?.autoscaler else {
      queued.remove(key)
      // Memory goes by name, so that only a sync that finds nothing of that name forgets.
      model.forget(namespace: key.namespace, name: key.name)
      return
    }
    context.schedule(
      .synchronizeAutoscaler(key), at: context.now + model.settings.syncPeriod + syncLength)
    var decision: Decision
    if let target = Self.scaleTarget(of: autoscaler, namespace: key.namespace, in: context.store) {
      let selected = Self.selectedPods(target.target, namespace: key.namespace, in: context.store, pods: pods)
      let readings = autoscaler.spec.metricsOrDefault.map {
        Self.reading(of: $0, of: key.namespace, pods: selected, of: pods, metrics: metrics, in: context)
      }
      decision = model.sync(
        at: context.preciseDate, autoscaler: autoscaler, target: target.target, pods: selected.map(\.scaled),
        metrics: readings)
      if let size = decision.rescale {
        do {
          try context.setScale(target.kind, target.key, to: size, manager: ControllerContext.controllerManager)
          model.recordRescale(decision, of: autoscaler, at: context.preciseDate)
        } catch {
          decision.rescaleError = error.message
        }
      }
    } else {
      let reference = autoscaler.spec.scaleTargetRef
      let plural = reference.kind.lowercased() + "s"
      decision = model.sync(
        at: context.preciseDate, autoscaler: autoscaler, targetError: "\(plural).apps \"\(reference.name)\" not found")
    }
    for event in decision.events {
      context.record(
        event.type == "Warning" ? .warning : .normal, event.reason, event.message, about: .autoscaler, key,
        by: Self.component)
    }
    Self.write(decision.status(updating: autoscaler.status), of: key, in: &context)
  }

  private static func write(
    _ status: HorizontalPodAutoscaler.Status, of key: ObjectKey, in context: inout ControllerContext
  ) {
    guard var object = context.store[.autoscaler, key], var autoscaler = object.autoscaler, autoscaler.status != status
    else {
      return
    }
    autoscaler.status = status
    object.content = .autoscaler(autoscaler)
    context.commitStatus(of: object)
  }

  /// The scale of the workload that an HPA names; `nil` when there is none.
  private static func scaleTarget(
    of autoscaler: HorizontalPodAutoscaler, namespace: String, in store: ObjectStore
  ) -> (kind: ClusterKind, key: ObjectKey, target: ScaleTarget)? {
    let reference = autoscaler.spec.scaleTargetRef
    let kinds: [ClusterKind] = [.deployment, .replicaSet, .statefulSet]
    guard let kind = kinds.first(where: { $0.resource.kind == reference.kind }) else { return nil }
    let key = ObjectKey(namespace: namespace, name: reference.name)
    guard let scale = store[kind, key]?.scale else { return nil }
    let target = ScaleTarget(
      specReplicas: scale.wanted, statusReplicas: scale.current, selector: scale.selector?.text ?? "")
    return (kind, key, target)
  }

  private struct SelectedPod {
    let id: PodID?
    let pod: Pod
    let scaled: ScaledPod
  }

  private static func selectedPods(
    _ target: ScaleTarget, namespace: String, in store: ObjectStore, pods: DataPlane
  ) -> [SelectedPod] {
    guard let selector = LabelSelector(text: target.selector) else { return [] }
    return store.all(.pod, namespace: namespace).compactMap { object in
      guard let pod = object.pod, selector.matches(pod.metadata.labels) else { return nil }
      return SelectedPod(id: pods.podIDs[object.key], pod: pod, scaled: ScaledPod(pod))
    }
  }

  /// What the metrics API answers for a metric now.
  private static func reading(
    of metric: MetricSpec, of namespace: String, pods selected: [SelectedPod], of pods: DataPlane,
    metrics: MetricsPipeline, in context: ControllerContext
  ) -> MetricReading {
    guard metric.type == "Resource" || metric.type == "ContainerResource" else {
      return metrics.custom.reading(
        of: metric, in: namespace, pods: selected.compactMap { pod in pod.id.map { (pod.scaled.name, $0) } },
        context: context)
    }
    guard metrics.isServed else {
      return .failed(MetricsAPI.resource.failurePrefix + APIFailure.unavailable(.resource, "pods").message)
    }
    var measured: [PodID: MetricsPipeline.Measurement] = [:]
    for measurement in metrics.visible(at: context.now) { measured[measurement.pod] = measurement }
    let usages = selected.compactMap { selected -> PodUsage? in
      guard let id = selected.id, let measurement = measured[id], let serving = pods.runtimes[id]?.container.name else {
        return nil
      }
      return PodUsage(
        pod: selected.scaled.name, timestamp: context.date(at: measurement.time), window: measurement.window,
        containers: (selected.pod.spec.containers ?? []).map { container in
          let cpu = container.name == serving ? measurement.millicores : 0
          return PodUsage.ContainerUsage(
            name: container.name, usage: ResourceAmounts(cpu: cpu, memory: measurement.memory * 1_000))
        })
    }
    return .resource(usages)
  }
}
