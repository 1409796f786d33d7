import AutoscalerModel
import KubernetesObjects
import Units

/// What the APIs of custom and external metrics show: values of pods and of the whole, taken when pods are measured.
struct CustomMetrics: Sendable {
  struct Values: Sendable {
    /// Cluster time.
    let time: Duration
    /// `nil` for a metric that pods have no values of.
    let ofPods: [PodID: Double]?
    let ofAll: Double
    /// The time over which it was measured; `nil` for a value of an instant.
    var window: Duration?
  }

  /// The newest last.
  private var shown: [String: [(visibleAt: Duration, values: Values)]] = [:]
  private var backlogs: [String: Double] = [:]
  private var workedUntil: Duration = .zero
  /// Which of the two APIs answer nothing but 503.
  var down: Set<MetricsAPI> = []

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
      case .requests:
        values = Values(
          time: context.now, ofPods: rates, ofAll: rates.values.reduce(0, +), window: context.workload.metricsWindow)
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
        values = Values(time: context.now, ofPods: nil, ofAll: value)
      }
      var kept = shown[name, default: []]
      kept.append((context.now + context.workload.metricsLag, values))
      if let visible = kept.lastIndex(where: { $0.visibleAt <= context.now }) { kept.removeFirst(visible) }
      shown[name] = kept
    }
  }

  /// What is shown of a metric now.
  ///
  /// - Parameter resource: of what it is asked, for the words of the refusal: `pods`, `services web`.
  func shownValues(
    of name: String, for resource: String, in context: ControllerContext
  ) throws(APIFailure) -> Values {
    guard !context.disturbances.missingMetrics.contains(name), let values = values(of: name, at: context.now) else {
      throw .metricNotFound(name, for: resource)
    }
    return values
  }

  /// The values of pods that are shown of a metric now, of those pods that have one.
  func podValues(
    of name: String, pods: [(name: String, id: PodID)], in context: ControllerContext
  ) throws(APIFailure) -> (values: Values, ofPods: [(name: String, milli: Int64)]) {
    let values = try shownValues(of: name, for: "pods", in: context)
    guard let ofPods = values.ofPods else { throw .metricNotFound(name, for: "pods") }
    return (values, pods.compactMap { pod in ofPods[pod.id].map { (pod.name, Self.milli($0)) } })
  }

  static func milli(_ value: Double) -> Int64 { Int64(min(max((value * 1_000).rounded(), 0), 9e15)) }

  /// What the APIs answer an autoscaler in a namespace that asks for a metric.
  func reading(
    of metric: MetricSpec, in namespace: String, pods: [(name: String, id: PodID)], context: ControllerContext
  ) -> MetricReading {
    let api: MetricsAPI = metric.type == "External" ? .external : .custom
    do throws(APIFailure) {
      switch metric.type {
      case "Pods":
        let name = metric.pods?.metric.name ?? ""
        guard !down.contains(api) else { throw APIFailure.unavailable(api, "pods *") }
        let (values, ofPods) = try podValues(of: name, pods: pods, in: context)
        let time = context.date(at: values.time)
        return .pods(
          ofPods.map { pod in
            PodSample(
              pod: pod.name, milli: pod.milli, timestamp: time, window: values.window ?? PodSample.defaultWindow)
          })
      case "Object":
        let name = metric.object?.metric.name ?? ""
        let described = DescribedObject(metric.object?.describedObject, in: namespace)
        guard !down.contains(api) else { throw APIFailure.unavailable(api, described.text) }
        guard described.isThere(in: context.store) else { throw APIFailure.metricNotFound(name, for: described.text) }
        return .object(milli: Self.milli(try shownValues(of: name, for: described.text, in: context).ofAll))
      default:
        let name = metric.external?.metric.name ?? ""
        guard !down.contains(api) else { throw APIFailure.unavailable(api, name) }
        return .external(milli: [Self.milli(try shownValues(of: name, for: "namespaces", in: context).ofAll)])
      }
    } catch {
      return .failed(api.failurePrefix + error.message)
    }
  }
}

/// The object that a metric is of.
struct DescribedObject {
  /// The plural with its group: `services`, `deployments.apps`.
  let resource: String
  let kind: ClusterKind?
  let key: ObjectKey

  init(_ reference: HorizontalPodAutoscaler.ScaleTargetReference?, in namespace: String) {
    let name = reference?.name ?? ""
    let found = ClusterKind.allCases.first { $0.resource.kind == reference?.kind }
    kind = found
    resource = found?.resource.qualifiedPlural ?? (reference?.kind.lowercased() ?? "") + "s"
    key = ObjectKey(namespace: found?.isNamespaced ?? true ? namespace : "", name: name)
  }

  /// `services web`
  var text: String { "\(resource) \(key.name)" }

  /// Of kinds that are not kept here, objects are taken to be there.
  func isThere(in store: ObjectStore) -> Bool { kind.map { store[$0, key] != nil } ?? true }
}
