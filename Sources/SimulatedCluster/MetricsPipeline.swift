package import KubernetesObjects
import Units

/// CPU use of pods as the metrics API shows it: measured now and then over a window, and shown after a lag.
struct MetricsPipeline: Sendable {
  /// One measurement of a pod.
  struct Measurement: Sendable {
    let pod: PodID
    /// End of the window.
    let time: Duration
    let window: Duration
    /// Nanocores: CPU nanoseconds per second of wall time.
    let nanocores: Int64
    /// Bytes.
    let memory: Int64
    /// Requests per second of wall time.
    let rate: Double

    var millicores: Int64 { MetricsPipeline.millicores(nanocores) }
  }

  /// Rounded up to a thousandth of a core, as the autoscaler does with what it reads.
  static func millicores(_ nanocores: Int64) -> Int64 { (nanocores + 999_999) / 1_000_000 }

  /// Whether the metrics API answers.
  var isServed = true
  var custom = CustomMetrics()
  /// Measurements of one tick and when they show; the newest last.
  private var ticks: [(visibleAt: Duration, measurements: [Measurement])] = []

  mutating func add(_ measurements: [Measurement], visibleAt: Duration) {
    ticks.append((visibleAt, measurements))
  }

  /// What shows at a time: the newest tick whose lag is over.
  func visible(at now: Duration) -> [Measurement] {
    ticks.last { $0.visibleAt <= now }?.measurements ?? []
  }

  /// Since when the newest tick shows that does at a time; `nil` where none does yet.
  func visibleSince(at now: Duration) -> Duration? { ticks.last { $0.visibleAt <= now }?.visibleAt }

  /// Forgets ticks that a newer one hides.
  mutating func prune(at now: Duration) {
    guard let shown = ticks.lastIndex(where: { $0.visibleAt <= now }) else { return }
    ticks.removeFirst(shown)
  }
}

extension MetricsPipeline {
  /// Measures all running pods, and does so again after the resolution.
  mutating func measure(in context: inout ControllerContext, pods plane: inout DataPlane) {
    plane.settleOfferedLoad(at: context.wall)
    var measurements: [Measurement] = []
    for id in plane.runtimes.keys {
      if let measurement = plane.runtimes[id]?.measure(in: context) { measurements.append(measurement) }
    }
    if !context.disturbances.metricsAreStale {
      add(measurements, visibleAt: context.now + context.workload.metricsLag)
      prune(at: context.now)
      if !context.workload.metrics.isEmpty {
        let rates = Dictionary(uniqueKeysWithValues: measurements.map { ($0.pod, $0.rate) })
        custom.measure(in: context, pods: plane, rates: rates)
      }
    }
    plane.endContainersOutOfMemory(in: &context)
    context.schedule(.measure, after: max(context.workload.metricsResolution, .milliseconds(100)))
  }
}

extension PodRuntime {
  /// Measures the pod where it stands; `nil` while it does not run, or has not run for the length of the window.
  fileprivate mutating func measure(in context: ControllerContext) -> MetricsPipeline.Measurement? {
    guard isRunning, !isLost else { return nil }
    let end = UsagePoint(time: context.now, used: load.used(at: context.wall), taken: load.taken)
    load.points.append(end)
    let since = context.now - context.workload.metricsWindow
    guard let opening = load.points.lastIndex(where: { $0.time <= since }) else { return nil }
    let begin = load.points[opening]
    load.points.removeFirst(opening)
    let length = (end.time - begin.time).seconds / context.timeScale
    let cores = length > 0 ? max(0, end.used - begin.used) / length : 0
    return MetricsPipeline.Measurement(
      pod: id, time: context.now, window: end.time - begin.time, nanocores: Int64((cores * 1e9).rounded()),
      memory: memory, rate: length > 0 ? (end.taken - begin.taken) / length : 0)
  }
}

extension ClusterSimulation {
  /// What the metrics API shows now, by name of the pod.
  package func podMetrics(namespace: String?, selector: LabelSelector? = nil) -> [PodMetrics] {
    metrics.visible(at: context.now).compactMap { measurement in
      guard let runtime = dataPlane.runtimes[measurement.pod], namespace == nil || runtime.key.namespace == namespace,
        let object = context.store[.pod, runtime.key], selector?.matches(object.metadata.labels) ?? true
      else { return nil }
      var metadata = ObjectMetadata(
        name: runtime.key.name, namespace: runtime.key.namespace, labels: object.metadata.labels)
      metadata.creationTimestamp = context.date
      let containers = (object.pod?.spec.containers ?? []).map { container in
        let serves = container.name == runtime.container.name
        return PodMetrics.ContainerUsage(
          container: container.name,
          usage: [
            "cpu": ResourceQuantity(Quantity(milli: serves ? measurement.millicores : 0)),
            "memory": ResourceQuantity(Quantity(milli: measurement.memory * 1_000)),
          ])
      }
      return PodMetrics(
        metadata: metadata, timestamp: context.date(at: measurement.time), window: measurement.window.text,
        containers: containers)
    }.sorted {
      ($0.metadata.namespace ?? "", $0.metadata.name ?? "") < ($1.metadata.namespace ?? "", $1.metadata.name ?? "")
    }
  }
}
