import AutoscalerModel
import KubernetesObjects
import Testing
import Units

@Suite("Decisions name what bound them")
struct DecisionTests {
  private static let now = VectorDecoding.now
  private static let longAgo = KubernetesTime(seconds: 0)

  private static func pods(_ count: Int, unready: Int = 0) -> [ScaledPod] {
    (0..<count).map { index in
      ScaledPod(
        name: "web-\(index)", startTime: longAgo,
        ready: .init(status: index < unready ? .false : .true, lastTransitionTime: longAgo),
        containers: [.init(name: "app", requests: ResourceAmounts(cpu: 250))])
    }
  }

  private static func usage(_ milli: Int64, of pods: [ScaledPod]) -> MetricReading {
    .resource(
      pods.map {
        PodUsage(
          pod: $0.name, timestamp: now, window: .seconds(30),
          containers: [.init(name: "app", usage: ResourceAmounts(cpu: milli))])
      })
  }

  /// One sync of an HPA on CPU at 70 %, between 3 and 10 replicas.
  private static func decide(
    replicas: Int, milli: Int64, unready: Int = 0, behavior: HorizontalPodAutoscaler.Behavior? = nil,
    remembered: [TimedRecommendation] = []
  ) throws -> Decision {
    let autoscaler = try Autoscalers.make(
      minReplicas: 3, maxReplicas: 10, metrics: [Autoscalers.cpu(utilization: 70)], behavior: behavior)
    var controller = HPAController()
    controller[history: autoscaler] = ScalingHistory(recommendations: remembered)
    let pods = pods(replicas, unready: unready)
    return controller.sync(
      at: now, autoscaler: autoscaler,
      target: ScaleTarget(specReplicas: replicas, statusReplicas: replicas, selector: "app=web"), pods: pods,
      metrics: [usage(milli, of: pods)])
  }

  @Test("A metric that is far from its target")
  func metric() throws {
    let decision = try Self.decide(replicas: 3, milli: 360, behavior: .init())
    #expect(decision.rescale == 7)
    #expect(decision.bindingTerm == .metric(0))
    #expect(
      decision.sentence
        == "scales from 3 to 7: cpu resource utilization (percentage of request) is 144 % against a target of 70 %, "
        + "2.06 times the target over 3 pods, which takes 7")
  }

  @Test("A metric near its target")
  func tolerance() throws {
    let decision = try Self.decide(replicas: 3, milli: 180)
    #expect(decision.rescale == nil)
    #expect(decision.bindingTerm == .tolerance(metric: 0))
    #expect(decision.sentence.hasPrefix("stays at 3: "))
    #expect(decision.sentence.hasSuffix("which is inside the tolerance"))
  }

  @Test("Pods that are not ready")
  func unreadyDamping() throws {
    let decision = try Self.decide(replicas: 7, milli: 300, unready: 4)
    #expect(decision.rescale == nil)
    #expect(decision.bindingTerm == .unreadyDamping(metric: 0))
    #expect(decision.sentence.contains("with 4 pods not ready assumed"))
  }

  @Test("The limit on one step, and the largest count")
  func limits() throws {
    let step = try Self.decide(replicas: 3, milli: 800)
    #expect(step.rescale == 6)
    #expect(step.bindingTerm == .stepLimit)
    let most = try Self.decide(replicas: 6, milli: 800)
    #expect(most.rescale == 10)
    #expect(most.bindingTerm == .maxReplicas)
    let least = try Self.decide(replicas: 4, milli: 10)
    #expect(least.rescale == 3)
    #expect(least.bindingTerm == .minReplicas)
  }

  @Test("A window that holds")
  func window() throws {
    let remembered = [
      TimedRecommendation(replicas: 8, time: KubernetesTime(microseconds: Self.now.microseconds - 60_000_000))
    ]
    let decision = try Self.decide(replicas: 8, milli: 60, behavior: .init(), remembered: remembered)
    #expect(decision.rescale == nil)
    #expect(decision.bindingTerm == .stabilizationWindow(.scaleDown))
    #expect(
      decision.sentence
        == "stays at 8: the metrics ask for 3, and recommendations inside the scaleDown window of 300 s hold it at 8")
  }

  @Test("A count out of range is corrected without metrics, in one step")
  func outOfRange() throws {
    #expect(try Self.decide(replicas: 12, milli: 800).bindingTerm == .maxReplicas)
    #expect(try Self.decide(replicas: 12, milli: 800).rescale == 10)
    #expect(try Self.decide(replicas: 1, milli: 0).bindingTerm == .minReplicas)
    #expect(try Self.decide(replicas: 1, milli: 0).rescale == 3)
    #expect(try Self.decide(replicas: 0, milli: 0).bindingTerm == .zeroReplicas)
  }

  @Test("A failed write keeps the old count in the status and says so")
  func failedWrite() throws {
    var decision = try Self.decide(replicas: 3, milli: 360)
    decision.rescaleError = "the server is overloaded"
    var before = HorizontalPodAutoscaler.Status()
    before.desiredReplicas = 3

    let status = decision.status(updating: before)

    #expect(status.desiredReplicas == 3)
    #expect(status.lastScaleTime == nil)
    #expect(status.condition("AbleToScale")?.reason == "FailedUpdateScale")
    #expect(decision.events.map(\.reason) == ["FailedRescale"])
    #expect(decision.sentence.hasPrefix("fails to scale from 3 to 6: "))
  }

  @Test("A target that cannot be read changes one condition and nothing else")
  func unreadableTarget() throws {
    var controller = HPAController()
    let autoscaler = try Autoscalers.make(minReplicas: 1, maxReplicas: 5)

    let decision = controller.sync(at: Self.now, autoscaler: autoscaler, targetError: "deployments \"web\" not found")

    #expect(decision.rescale == nil)
    #expect(decision.bindingTerm == .scaleUnreadable)
    #expect(decision.status(updating: nil).condition("AbleToScale")?.reason == "FailedGetScale")
    #expect(decision.events.map(\.reason) == ["FailedGetScale"])
    #expect(controller[history: autoscaler]?.recommendations == nil)
  }

  @Test("The texts of a failed metric are those of a real controller")
  func failureTexts() throws {
    var controller = HPAController()
    let autoscaler = try Autoscalers.make(
      minReplicas: 1, maxReplicas: 5, metrics: [Autoscalers.cpu(utilization: 70)])
    let cause =
      "unable to fetch metrics from resource metrics API: the server is currently unable to handle the request"

    let decision = controller.sync(
      at: Self.now, autoscaler: autoscaler,
      target: ScaleTarget(specReplicas: 3, statusReplicas: 3, selector: "app=web"), pods: Self.pods(3),
      metrics: [.failed(cause)])

    let text = "failed to get cpu utilization: unable to get metrics for resource cpu: \(cause)"
    #expect(decision.bindingTerm == .failedMetric(0))
    #expect(
      decision.events == [
        AutoscalerEvent(type: "Warning", reason: "FailedGetResourceMetric", message: text),
        AutoscalerEvent(
          type: "Warning", reason: "FailedComputeMetricsReplicas",
          message:
            "invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: \(text)"),
      ])
    let status = decision.status(updating: nil)
    #expect(status.currentMetrics == [MetricStatus(type: "")])
    #expect(status.desiredReplicas == 0)
    #expect(
      status.condition("ScalingActive")?.message == "the HPA was unable to compute the replica count: \(text)")
  }

  @Test("A pod of which one container lacks the resource has no sample at all")
  func containerWithoutResource() throws {
    let usage = PodUsage(
      pod: "web-0", timestamp: Self.now, window: .seconds(30),
      containers: [
        .init(name: "app", usage: ResourceAmounts(cpu: 100)), .init(name: "proxy", usage: ResourceAmounts(memory: 1)),
      ])

    #expect(try PodUsage.samples(of: .cpu, container: nil, in: [usage]).isEmpty)
  }

  @Test("A condition's time moves with its status only")
  func transitionTimes() throws {
    let first = try Self.decide(replicas: 3, milli: 180).status(updating: nil)
    var stored = first
    stored.conditions?[0].lastTransitionTime = KubernetesTime(seconds: 7)

    let second = try Self.decide(replicas: 3, milli: 360).status(updating: stored)

    #expect(second.condition("AbleToScale")?.reason == "SucceededRescale")
    #expect(second.condition("AbleToScale")?.lastTransitionTime == KubernetesTime(seconds: 7))
    #expect(second.condition("ScalingLimited")?.lastTransitionTime == KubernetesTime(seconds: 2_000_000_000))
  }
}

@Suite("Versions of Kubernetes")
struct KubernetesVersionTests {
  @Test("Versions are read from what an API server says")
  func reading() {
    #expect(KubernetesVersion(text: "v1.32.4+k3s1") == .v1_32)
    #expect(KubernetesVersion(text: "1.36") == .v1_36)
    #expect(KubernetesVersion(text: "1.99.0") == .newest)
    #expect(KubernetesVersion(text: "1.20.1") == nil)
    #expect(KubernetesVersion(text: "2.1") == nil)
    #expect(KubernetesVersion(text: "latest") == nil)
  }

  @Test("Up to 1.24 a policy's period starts from changes of its own direction only")
  func periodStart() {
    let rules = ScalingRules(
      completed: .init(
        stabilizationWindowSeconds: 0, selectPolicy: "Max", policies: [.init(type: "Pods", value: 4, periodSeconds: 60)]
      ),
      window: 0)
    func limit(_ version: KubernetesVersion) -> Int {
      StepLimit.policyLimit(
        scalingUp: true, current: 10, rules: rules,
        scaleUpEvents: [ScaleEvent(change: 2, time: VectorDecoding.instant(ageSeconds: 10))],
        scaleDownEvents: [ScaleEvent(change: 3, time: VectorDecoding.instant(ageSeconds: 20))],
        at: VectorDecoding.now, version: version)
    }

    #expect(limit(.v1_24) == 12)
    #expect(limit(.v1_25) == 15)
  }

  @Test("Up to 1.25 a missing pod is assumed at its whole request, whatever the target")
  func missingPods() throws {
    let pods = (0..<2).map {
      ScaledPod(name: "web-\($0)", containers: [.init(name: "app", requests: ResourceAmounts(memory: 1000))])
    }
    func replicas(_ version: KubernetesVersion) throws -> Int {
      try ReplicaCalculator(settings: .defaults, version: version).utilization(
        current: 2, target: 300, samples: [PodSample(pod: "web-0", milli: 100, timestamp: VectorDecoding.now)],
        pods: pods,
        requests: PodRequests(resource: .memory, container: nil, version: version, podLevelResources: false),
        tolerance: Tolerance(scaleDown: 0.1, scaleUp: 0.1), at: VectorDecoding.now
      ).replicas
    }

    #expect(try replicas(.v1_25) == 1)
    #expect(try replicas(.v1_26) == 2)
  }

  @Test("Up to 1.27 a missing pod counts as idle in an average that is exactly at its target")
  func averageAtTarget() throws {
    func replicas(_ version: KubernetesVersion) throws -> Int {
      try ReplicaCalculator(settings: .defaults, version: version).average(
        current: 4, targetMilli: 1000,
        samples: (0..<2).map { PodSample(pod: "web-\($0)", milli: 1000, timestamp: VectorDecoding.now) },
        pods: (0..<4).map { ScaledPod(name: "web-\($0)") }, readinessMatters: false,
        tolerance: Tolerance(scaleDown: 0.1, scaleUp: 0.1), at: VectorDecoding.now
      ).replicas
    }

    #expect(try replicas(.v1_27) == 2)
    #expect(try replicas(.v1_28) == 4)
  }

  @Test("Up to 1.28 sidecars do not count in a pod's request")
  func sidecars() throws {
    let pod = ScaledPod(
      name: "web", containers: [.init(name: "app", requests: ResourceAmounts(cpu: 100))],
      initContainers: [.init(name: "proxy", requests: ResourceAmounts(cpu: 50), isRestartable: true)])
    func request(_ version: KubernetesVersion) throws -> Int64 {
      try PodRequests(resource: .cpu, container: nil, version: version, podLevelResources: false).milli(of: pod)
    }

    #expect(try request(.v1_28) == 100)
    #expect(try request(.v1_29) == 150)
  }

  @Test("Up to 1.32 a pod whose metrics lack the container fails the metric, since then it is a missing pod")
  func containerMetrics() throws {
    let usages = [PodUsage(pod: "web", timestamp: VectorDecoding.now, window: .seconds(30), containers: [])]

    #expect(throws: MetricProblem.containerNotInMetrics(container: "app", pod: "web")) {
      try PodUsage.samples(of: .cpu, container: "app", in: usages, version: .v1_32)
    }
    #expect(try PodUsage.samples(of: .cpu, container: "app", in: usages, version: .v1_33).isEmpty)
  }

  @Test("Up to 1.34 a container that the pod does not have requests nothing, since then it is an error")
  func absentContainer() throws {
    let pod = ScaledPod(name: "web", containers: [.init(name: "app", requests: ResourceAmounts(cpu: 100))])

    #expect(
      try PodRequests(resource: .cpu, container: "x", version: .v1_34, podLevelResources: false).milli(of: pod) == 0)
    #expect(throws: MetricProblem.containerNotInPod(container: "x", pod: "web")) {
      try PodRequests(resource: .cpu, container: "x", version: .v1_35, podLevelResources: false).milli(of: pod)
    }
  }

  @Test("Up to 1.35 minReplicas 0 alone lets a workload leave zero")
  func leavingZero() throws {
    let autoscaler = try Autoscalers.make(minReplicas: 0, maxReplicas: 5, metrics: [try Autoscalers.external()])
    func rescale(_ version: KubernetesVersion) -> Int? {
      var controller = HPAController(version: version)
      return controller.sync(
        at: VectorDecoding.now, autoscaler: autoscaler,
        target: ScaleTarget(specReplicas: 0, statusReplicas: 0, selector: "app=web"), pods: [],
        metrics: [.external(milli: [3000])]
      ).rescale
    }

    #expect(rescale(.v1_35) == 3)
    #expect(rescale(.v1_36) == nil)
  }

  @Test("Own tolerances count from 1.35 on, unless the gate says otherwise")
  func ownTolerance() throws {
    let spec = try Autoscalers.make(
      minReplicas: 1, maxReplicas: 5,
      behavior: .init(scaleUp: .init(tolerance: ResourceQuantity(Quantity(milli: 50))))
    ).spec
    var gate = ControllerSettings()
    gate.configurableTolerance = true

    #expect(ScalingPlan(spec, version: .v1_34).tolerance == Tolerance(scaleDown: 0.1, scaleUp: 0.1))
    #expect(ScalingPlan(spec, version: .v1_35).tolerance == Tolerance(scaleDown: 0.1, scaleUp: 0.05))
    #expect(ScalingPlan(spec, settings: gate, version: .v1_33).tolerance == Tolerance(scaleDown: 0.1, scaleUp: 0.05))
  }

  @Test("Two HPAs that select the same pods make the selector ambiguous from 1.26 on")
  func ambiguousSelectors() throws {
    let pods = [ScaledPod(name: "web-0", labels: ["app": "web"])]
    func path(_ version: KubernetesVersion) throws -> Decision.Path {
      var controller = HPAController(version: version)
      let other = try Autoscalers.make(name: "other", minReplicas: 1, maxReplicas: 5)
      controller.register(selector: LabelSelector(matchLabels: ["app": "web"]), of: other)
      return controller.sync(
        at: VectorDecoding.now,
        autoscaler: try Autoscalers.make(minReplicas: 1, maxReplicas: 5, metrics: [try Autoscalers.external()]),
        target: ScaleTarget(specReplicas: 1, statusReplicas: 1, selector: "app=web"), pods: pods,
        metrics: [.external(milli: [1000])]
      ).path
    }

    #expect(try path(.v1_25) == .computed)
    #expect(
      try path(.v1_26)
        == .selectorUnusable(
          .ambiguous(selector: "app=web", autoscalers: ["production/other", "production/web"])))
  }
}
