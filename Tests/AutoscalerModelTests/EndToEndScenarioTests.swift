import AutoscalerModel
import KubernetesObjects
import Testing
import Units

/// Kubernetes' own end-to-end expectations, run in virtual time against an ideal workload: pods are ready at once, metrics
/// have no lag and are shared evenly. Upper bounds on time leave room for real pods and hold the more; lower bounds come
/// from windows and policies alone, so that the model must meet them exactly.
///
/// Not checked: what depends on real pods, images or metric lag.
@Suite("Kubernetes' end-to-end scenarios")
struct EndToEndScenarioTests {
  @Test("An ideal workload meets the scenario", arguments: Vectors.cases(of: "e2e-scenarios"))
  func scenario(_ vector: VectorCase) throws {
    var workload = try IdealWorkload(vector)
    for phase in vector.value["phases"]?.array ?? [] {
      let load = try #require(phase["load"])
      try workload.apply(load)
      let expectations = phase["expect"]?.array ?? []
      // A phase without expectations only puts the load there, for a sync or two.
      if expectations.isEmpty { workload.run(seconds: 2 * workload.period) }
      for expectation in expectations { try check(expectation, of: &workload) }
    }
  }

  private func check(_ expectation: JSONValue, of workload: inout IdealWorkload) throws {
    let start = workload.seconds
    let kind = try #require(expectation["kind"]?.string)
    let within = expectation["withinSeconds"]?.double ?? 900
    func reach(_ workload: inout IdealWorkload, _ isThere: (Int) -> Bool) {
      while !isThere(workload.replicas), workload.seconds - start <= within { workload.run(seconds: workload.period) }
      #expect(isThere(workload.replicas), "\(kind) after \(workload.seconds - start) s: \(workload.replicas)")
      // One period of slack: the previous expectation was met somewhere between two syncs.
      if let notBefore = expectation["notBeforeSeconds"]?.double {
        #expect(workload.seconds - start + workload.period >= notBefore, "too early: \(workload.seconds - start) s")
      }
    }
    switch kind {
    case "reach":
      let wanted = try #require(expectation["readyReplicas"]?.int)
      reach(&workload) { $0 == wanted }
    case "specEquals":
      let wanted = try #require(expectation["replicas"]?.int)
      reach(&workload) { $0 == wanted }
    case "specAtLeast":
      let wanted = try #require(expectation["replicas"]?.int)
      reach(&workload) { $0 >= wanted }
    case "specAtMost":
      let wanted = try #require(expectation["replicas"]?.int)
      reach(&workload) { $0 <= wanted }
    case "stay":
      let lowest = try #require(expectation["minReadyReplicas"]?.int)
      let highest = try #require(expectation["maxReadyReplicas"]?.int)
      let seconds = expectation["forSeconds"]?.double ?? 60
      // Strictly within: without any metric lag, a window ends with the very sync that is its length after the load change.
      while workload.seconds - start + workload.period < seconds {
        workload.run(seconds: workload.period)
        #expect((lowest...highest).contains(workload.replicas), "\(workload.replicas) at \(workload.seconds - start) s")
      }
    case "specNeverAtLeast", "specNeverAtMost":
      let bound = try #require(expectation["replicas"]?.int)
      let seconds = expectation["forSeconds"]?.double ?? 60
      while workload.seconds - start + workload.period < seconds {
        workload.run(seconds: workload.period)
        #expect(kind == "specNeverAtLeast" ? workload.replicas < bound : workload.replicas > bound)
      }
    case "condition":
      let type = try #require(expectation["type"]?.string)
      #expect(workload.autoscaler.status?.condition(type)?.status == expectation["status"]?.string, "\(type)")
    default:
      Issue.record("unknown kind of expectation: \(kind)")
    }
  }
}

/// A workload whose pods are ready at once and share the load evenly.
struct IdealWorkload {
  private(set) var autoscaler: HorizontalPodAutoscaler
  private(set) var replicas: Int
  private(set) var seconds = 0.0
  let period: Double
  private var controller: HPAController
  private var load: JSONValue = .null

  init(_ vector: VectorCase) throws {
    let settings = VectorDecoding.settings(vector.value["controller"], gates: vector.value["featureGates"])
    controller = HPAController(settings: settings)
    period = settings.syncPeriod.seconds
    replicas = try #require(vector.value["initialReplicas"]?.int)
    autoscaler = try Autoscalers.make(
      minReplicas: vector.value["minReplicas"]?.int, maxReplicas: try #require(vector.value["maxReplicas"]?.int),
      behavior: VectorDecoding.behavior(vector.value["behavior"]))
  }

  mutating func apply(_ load: JSONValue) throws {
    self.load = load
    let target = load["target"]?.int ?? load["targetUtilizationPercent"]?.int ?? 80
    let milli = ResourceQuantity(Quantity(milli: Int64(target) * (load["metric"]?.string == "external" ? 1000 : 1)))
    let isAverage = load["targetType"]?.string == "AverageValue"
    switch load["metric"]?.string {
    case "external":
      var metric = MetricSpec(type: "External")
      metric.external = .init(
        metric: MetricIdentifier(name: "q"),
        target: isAverage
          ? MetricTarget(type: "AverageValue", averageValue: milli) : MetricTarget(type: "Value", value: milli))
      autoscaler.spec.metrics = [metric]
    case "cpu", "memory", "containerCpu":
      let isContainer = load["metric"]?.string == "containerCpu"
      let resource = MetricSpec.ResourceMetric(
        name: load["metric"]?.string == "memory" ? "memory" : "cpu", container: isContainer ? "app" : nil,
        target: isAverage
          ? MetricTarget(type: "AverageValue", averageValue: milli)
          : MetricTarget(type: "Utilization", averageUtilization: target))
      var metric = MetricSpec(type: isContainer ? "ContainerResource" : "Resource")
      if isContainer { metric.containerResource = resource } else { metric.resource = resource }
      autoscaler.spec.metrics = [metric]
    default:
      throw VectorProblem("unknown load: \(load)")
    }
  }

  /// Advances the clock by whole sync periods.
  mutating func run(seconds: Double) {
    let end = self.seconds + seconds
    while self.seconds < end {
      self.seconds += period
      sync()
    }
  }

  private mutating func sync() {
    let now = VectorDecoding.instant(ageSeconds: -seconds)
    let pods = makePods()
    let decision = controller.sync(
      at: now, autoscaler: autoscaler,
      target: ScaleTarget(specReplicas: replicas, statusReplicas: replicas, selector: "app=web"), pods: pods,
      metrics: [reading(of: pods, at: now)])
    controller.recordRescale(decision, of: autoscaler, at: now)
    autoscaler.status = decision.status(updating: autoscaler.status)
    replicas = decision.rescale ?? replicas
  }

  private func makePods() -> [ScaledPod] {
    let longAgo = KubernetesTime(seconds: 0)
    let podRequest = load["podLevelRequest"]?.integer
    let request =
      load["requestMilliPerPod"]?.integer ?? load["requestPerPod"]?.integer ?? load["requestPerContainer"]?.integer
    let amounts = ResourceAmounts(cpu: request, memory: request)
    return (0..<replicas).map { index in
      ScaledPod(
        name: "web-\(index)", startTime: longAgo, ready: .init(status: .true, lastTransitionTime: longAgo),
        containers: [
          .init(name: "app", requests: amounts), .init(name: "sidecar", requests: .init(cpu: 0, memory: 0)),
        ],
        podRequests: podRequest.map { ResourceAmounts(cpu: $0) } ?? ResourceAmounts())
    }
  }

  private func reading(of pods: [ScaledPod], at now: KubernetesTime) -> MetricReading {
    if load["available"]?.bool == false { return .failed("no metrics") }
    if load["metric"]?.string == "external" {
      return .external(milli: [(load["value"]?.integer ?? 0) * 1000])
    }
    let count = Int64(max(pods.count, 1))
    let app = (load["loadMilli"]?.integer ?? load["load"]?.integer ?? 0) / count
    let sidecar = (load["sidecarLoad"]?.integer ?? 0) / count
    return .resource(
      pods.map { pod in
        PodUsage(
          pod: pod.name, timestamp: now, window: .seconds(30),
          containers: [
            .init(name: "app", usage: ResourceAmounts(cpu: app, memory: app)),
            .init(name: "sidecar", usage: ResourceAmounts(cpu: sidecar, memory: sidecar)),
          ])
      })
  }
}
