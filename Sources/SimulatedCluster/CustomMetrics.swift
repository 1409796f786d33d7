import AutoscalerModel
import KubernetesObjects
import Units

/// What the APIs of custom and external metrics show: values of pods and of the whole, taken when pods are measured.
struct CustomMetrics: Sendable {
  struct Values: Sendable {
    /// Cluster time.
    let time: Duration
    let ofPods: [PodID: Double]
    let ofAll: Double
  }

  /// The newest last.
  private var shown: [String: [(visibleAt: Duration, values: Values)]] = [:]
  private var backlogs: [String: Double] = [:]
  private var workedUntil: Duration = .zero

  func values(of name: String, at now: Duration) -> Values? { shown[name]?.last { $0.visibleAt <= now }?.values }

  /// Lets the queues fill and empty up to now; called before the number of pods that work at them changes.
  mutating func work(at now: Duration, of workload: SimulatedWorkload, loadBegan: Duration?, pods: DataPlane) {
    // What comes with the load comes from its beginning on.
    guard let loadBegan else { return }
    let since = max(workedUntil, loadBegan)
    workedUntil = max(now, since)
    guard now > since else { return }
    for (name, source) in workload.metrics {
      guard case .backlog(let backlog) = source else { continue }
      let working = pods.runtimes.values.count {
        $0.isReady && $0.isListening && !$0.isLost && !backlog.notBy.contains($0.version)
      }
      let middle = since + (now - since) / 2 - loadBegan
      let change = (backlog.arrivals.value(at: middle) - Double(working) * backlog.perPod) * (now - since).seconds
      backlogs[name] = max(0, backlogs[name, default: 0] + change)
    }
  }

  /// Takes all values anew; `rates` are requests per second of each pod.
  mutating func measure(in context: ControllerContext, pods: DataPlane, rates: [PodID: Double]) {
    work(at: context.now, of: context.workload, loadBegan: context.disturbances.loadBegan, pods: pods)
    for (name, source) in context.workload.metrics {
      let values: Values
      let ids = pods.runtimes.values.filter { $0.isRunning && !$0.isLost }.map(\.id)
      switch source {
      case .requests: values = Values(time: context.now, ofPods: rates, ofAll: rates.values.reduce(0, +))
      case .waiting:
        let waiting = ids.map { ($0, pods.runtimes[$0]?.load.waiting(at: context.wall) ?? 0) }
        values = Values(
          time: context.now, ofPods: Dictionary(uniqueKeysWithValues: waiting), ofAll: waiting.map(\.1).reduce(0, +))
      case .course(let course):
        let value = course.value(at: context.now - (context.disturbances.loadBegan ?? context.now))
        values = Values(
          time: context.now, ofPods: Dictionary(uniqueKeysWithValues: ids.map { ($0, value) }), ofAll: value)
      case .backlog:
        let value = backlogs[name, default: 0]
        values = Values(time: context.now, ofPods: [:], ofAll: value)
      }
      var kept = shown[name, default: []]
      kept.append((context.now + context.workload.metricsLag, values))
      if let visible = kept.lastIndex(where: { $0.visibleAt <= context.now }) { kept.removeFirst(visible) }
      shown[name] = kept
    }
  }

  /// What the API answers an autoscaler that asks for a metric by its name.
  func reading(
    of name: String, type: String, pods: [(name: String, id: PodID)], in context: ControllerContext
  ) -> MetricReading {
    let group = type == "External" ? "external.metrics.k8s.io" : "custom.metrics.k8s.io"
    guard context.workload.metrics[name] != nil else {
      return .failed("unable to get metric \(name): no metric of this name is simulated in \(group)")
    }
    guard !context.disturbances.missingMetrics.contains(name), let values = values(of: name, at: context.now) else {
      return .failed("unable to get metric \(name): the server could not find the metric \(name) in \(group)")
    }
    func milli(_ value: Double) -> Int64 { Int64(min(max((value * 1_000).rounded(), 0), 9e15)) }
    switch type {
    case "Pods":
      let time = context.date(at: values.time)
      return .pods(
        pods.compactMap { pod in
          values.ofPods[pod.id].map { PodSample(pod: pod.name, milli: milli($0), timestamp: time) }
        })
    case "Object": return .object(milli: milli(values.ofAll))
    default: return .external(milli: [milli(values.ofAll)])
    }
  }
}
