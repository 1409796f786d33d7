import AutoscalerModel
import KubernetesObjects
import Testing
import Units

@Suite("From one metric to a number of replicas")
struct ReplicaCalculatorVectorTests {
  private static let now = VectorDecoding.now

  /// The entry of `spec.metrics` for a case.
  private static func metric(_ value: JSONValue) throws -> MetricSpec {
    let kind = try #require(value["kind"]?.string)
    let milli = value["targetMilli"]?.integer.map { ResourceQuantity(Quantity(milli: $0)) }
    let identifier = MetricIdentifier(name: value["metricName"]?.string ?? "")
    let valueTarget = MetricTarget(type: "Value", value: milli)
    let averageTarget = MetricTarget(type: "AverageValue", averageValue: milli)
    switch kind {
    case "resourceUtilization", "resourceAverageValue":
      let container = value["container"]?.string
      var metric = MetricSpec(type: container == nil ? "Resource" : "ContainerResource")
      let resource = MetricSpec.ResourceMetric(
        name: value["resource"]?.string ?? "", container: container,
        target: kind == "resourceAverageValue"
          ? averageTarget
          : MetricTarget(type: "Utilization", averageUtilization: value["targetUtilizationPercent"]?.int))
      if container == nil { metric.resource = resource } else { metric.containerResource = resource }
      return metric
    case "podsAverageValue":
      var metric = MetricSpec(type: "Pods")
      metric.pods = .init(metric: identifier, target: averageTarget)
      return metric
    case "objectValue", "objectAverageValue":
      var metric = MetricSpec(type: "Object")
      metric.object = .init(metric: identifier, target: kind == "objectValue" ? valueTarget : averageTarget)
      return metric
    case "externalValue", "externalAverageValue":
      var metric = MetricSpec(type: "External")
      metric.external = .init(metric: identifier, target: kind == "externalValue" ? valueTarget : averageTarget)
      return metric
    default:
      throw VectorProblem("unknown kind of metric: \(kind)")
    }
  }

  private static func reading(_ value: JSONValue, metric: MetricSpec) -> MetricReading {
    switch metric.type {
    case "Pods": .pods(VectorDecoding.samples(value["podMetrics"]))
    case "Object": .object(milli: value["objectValueMilli"]?.integer ?? 0)
    case "External": .external(milli: (value["externalValuesMilli"]?.array ?? []).compactMap(\.integer))
    default: .resource(VectorDecoding.usages(value["resourceMetrics"]))
    }
  }

  @Test("A metric's proposal agrees with Kubernetes", arguments: Vectors.cases(of: "replica-calculator"))
  func proposal(_ vector: VectorCase) throws {
    let settings = VectorDecoding.settings(vector.controller)
    let spec = try Self.metric(#require(vector.value["metric"]))
    let planned = PlannedMetric(spec)
    let current = try #require(vector.value["currentReplicas"]?.int)

    let outcome = ReplicaCalculator(settings: settings, version: .v1_36).outcome(
      of: planned.source, reading: Self.reading(vector.value, metric: spec),
      target: ScaleTarget(specReplicas: current, statusReplicas: current, selector: "a=b"),
      pods: VectorDecoding.pods(vector.value["pods"]),
      tolerance: VectorDecoding.tolerance(vector.value["tolerance"]), podLevelResources: true, at: Self.now)

    if let text = vector.expected["errorContains"]?.string {
      let problem = try #require(outcome.problem)
      #expect(planned.failure(of: problem, at: 0).message.contains(text))
      return
    }
    let proposal = try #require(outcome.proposal, "\(outcome)")
    #expect(proposal.replicas == vector.expected["replicas"]?.int)
    if let percent = vector.expected["utilizationPercent"]?.int { #expect(proposal.usage.utilization == percent) }
    if let milli = vector.expected["averageMilli"]?.integer { #expect(proposal.usage.milli == milli) }
    if let milli = vector.expected["usageMilli"]?.integer { #expect(proposal.usage.milli == milli) }
  }

  @Test("Pods fall into the groups of Kubernetes", arguments: Vectors.cases(of: "group-pods"))
  func groups(_ vector: VectorCase) {
    let classifier = PodClassifier(settings: VectorDecoding.settings(vector.controller))
    let samples = VectorDecoding.samples(vector.value["metrics"])

    var groups: [PodGroup: [String]] = [:]
    for pod in VectorDecoding.pods(vector.value["pods"]) {
      let group = classifier.group(
        of: pod, sample: samples.last { $0.pod == pod.name },
        readinessMatters: vector.value["resource"]?.string == "cpu", at: Self.now)
      groups[group, default: []].append(pod.name)
    }

    func names(_ key: String) -> Set<String> { Set((vector.expected[key]?.array ?? []).compactMap(\.string)) }
    #expect(groups[.counted, default: []].count == vector.expected["readyCount"]?.int)
    #expect(Set(groups[.unready, default: []]) == names("unready"))
    #expect(Set(groups[.missing, default: []]) == names("missing"))
    #expect(Set(groups[.ignored, default: []]) == names("ignored"))
  }

  @Test("A pod's request agrees with Kubernetes", arguments: Vectors.cases(of: "pod-requests"))
  func requests(_ vector: VectorCase) throws {
    let requests = PodRequests(
      resource: ResourceName(vector.value["resource"]?.string ?? ""), container: vector.value["container"]?.string,
      version: .v1_36,
      podLevelResources: vector.value["featureGates", "PodLevelResources"]?.bool ?? true)

    var found: [String: Int64] = [:]
    var problem: MetricProblem?
    for pod in VectorDecoding.pods(vector.value["pods"]) {
      do {
        found[pod.name] = try requests.milli(of: pod)
      } catch {
        problem = error
      }
    }

    if let text = vector.expected["error"]?.string {
      #expect(problem?.description == text)
    } else {
      #expect(problem == nil)
      #expect(found == (vector.expected["requestsMilli"]?.object ?? [:]).compactMapValues(\.integer))
    }
  }

  @Test("The ratio of usage to target is Kubernetes' double", arguments: Vectors.cases(of: "usage-ratio"))
  func ratio(_ vector: VectorCase) throws {
    let values = (vector.value["metricsMilli"]?.object ?? [:]).compactMapValues(\.integer)
    let samples = values.map { PodSample(pod: $0.key, milli: $0.value, timestamp: Self.now) }
    let calculator = ReplicaCalculator(settings: .defaults, version: .v1_36)
    let strict = Tolerance(scaleDown: 0, scaleUp: 0)
    func run() throws(MetricProblem) -> MetricProposal {
      if vector.value["kind"]?.string == "metricUsageRatio" {
        return try calculator.average(
          current: 1, targetMilli: vector.value["targetMilli"]?.integer ?? 0, samples: samples,
          pods: values.keys.map { ScaledPod(name: $0) }, readinessMatters: false, tolerance: strict, at: Self.now)
      }
      let requests = (vector.value["requestsMilli"]?.object ?? [:]).compactMapValues(\.integer)
      var pods = requests.map {
        ScaledPod(name: $0.key, containers: [.init(name: "c", requests: ResourceAmounts(memory: $0.value))])
      }
      // A pod without a request makes the list of pods not empty, which would be another error.
      if pods.isEmpty { pods = [ScaledPod(name: "without containers")] }
      return try calculator.utilization(
        current: 1, target: vector.value["targetUtilizationPercent"]?.int ?? 0, samples: samples, pods: pods,
        requests: PodRequests(resource: .memory, container: nil, version: .v1_36, podLevelResources: false),
        tolerance: strict, at: Self.now)
    }
    let result = Result { () throws(MetricProblem) in try run() }

    if let text = vector.expected["errorContains"]?.string {
      guard case .failure(let problem) = result else {
        Issue.record("expected an error with \"\(text)\"")
        return
      }
      #expect(problem.description.contains(text))
      return
    }
    let proposal = try result.get()
    let first =
      switch proposal.basis {
      case .ratio(let ratio), .tolerance(let ratio): ratio
      case .filled(let first, _), .damped(let first, _): first
      }
    #expect(first == vector.expected["ratio"]?.double)
    #expect(proposal.usage.utilization == vector.expected["utilizationPercent"]?.int)
    #expect(proposal.usage.milli == vector.expected["averageMilli"]?.integer)
  }

  @Test(
    "Tolerance agrees to the last bit, since 1.33 and before", arguments: Vectors.cases(of: "derived-tolerance-edges"))
  func toleranceEdges(_ vector: VectorCase) throws {
    let usage = try #require(vector.value["usage"]?.double)
    let target = try #require(vector.value["target"]?.double)
    let tolerance = VectorDecoding.tolerance(vector.value["tolerance"])

    #expect(tolerance.contains(usage / target, version: .v1_33) == vector.expected["withinSince1_33"]?.bool)
    if let before = vector.expected["withinUpTo1_32"]?.bool {
      #expect(tolerance.contains(usage / target, version: .v1_32) == before)
    }
  }

  @Test("Answers of the metrics APIs become values as in Kubernetes", arguments: Vectors.cases(of: "metrics-client"))
  func metricsClient(_ vector: VectorCase) throws {
    let reported = vector.value["reported"]?.array ?? []
    func time(_ value: JSONValue) -> KubernetesTime {
      KubernetesTime(seconds: Int64((value["timestampMinutes"]?.double ?? 0) * 60))
    }
    func check(_ result: Result<[PodSample], MetricProblem>, first: KubernetesTime?) throws {
      if let text = vector.expected["errorContains"]?.string {
        guard case .failure(let problem) = result else {
          Issue.record("expected an error with \"\(text)\"")
          return
        }
        #expect(problem.description.contains(text))
        return
      }
      let expected = (vector.expected["values"]?.array ?? []).map {
        PodSample(
          pod: $0["key"]?.string ?? "", milli: $0["valueMilli"]?.integer ?? 0, timestamp: time($0),
          window: .seconds($0["windowSeconds"]?.double ?? 0))
      }
      #expect(try result.get() == expected)
      #expect(first == KubernetesTime(seconds: (vector.expected["timestampMinutes"]?.integer ?? 0) * 60))
    }
    switch vector.value["api"]?.string {
    case "resource":
      let resource = ResourceName(vector.value["resource"]?.string ?? "")
      let usages = reported.map { entry in
        PodUsage(
          pod: entry["pod"]?.string ?? "", timestamp: time(entry),
          window: .seconds(entry["windowSeconds"]?.double ?? 0),
          containers: (entry["containers"]?.array ?? []).map { container in
            var usage = VectorDecoding.amounts(container["usageMilli"])
            if let milli = container["usageMilli"]?.integer { usage[resource] = milli }
            return .init(name: container["name"]?.string ?? "", usage: usage)
          })
      }
      try check(
        Result { () throws(MetricProblem) in
          try PodUsage.samples(of: resource, container: vector.value["container"]?.string, in: usages)
        }, first: MetricReading.resource(usages).timestamp)
    case "customPods":
      let reading = MetricReading.pods(
        reported.map { entry in
          PodSample(
            pod: entry["pod"]?.string ?? "", milli: entry["valueMilli"]?.integer ?? 0, timestamp: time(entry),
            window: entry["windowSeconds"]?.double.map { .seconds($0) } ?? PodSample.defaultWindow)
        })
      try check(Result { () throws(MetricProblem) in try reading.podSamples() }, first: reading.timestamp)
    case "customObject":
      let reading = MetricReading.object(milli: reported.first?["valueMilli"]?.integer ?? 0)
      #expect(try reading.objectMilli() == vector.expected["values"]?[0]?["valueMilli"]?.integer)
    case "external":
      let reading = MetricReading.external(milli: reported.compactMap { $0["valueMilli"]?.integer })
      let values = Result { () throws(MetricProblem) in try reading.externalMilli() }
      if let text = vector.expected["errorContains"]?.string {
        guard case .failure(let problem) = values else {
          Issue.record("expected an error with \"\(text)\"")
          return
        }
        #expect(problem.description.contains(text))
      } else {
        #expect(try values.get() == (vector.expected["valuesMilli"]?.array ?? []).compactMap(\.integer))
      }
    default:
      Issue.record("unknown API \(vector.value["api"]?.string ?? "")")
    }
  }
}

/// A vector that cannot be understood.
struct VectorProblem: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}
