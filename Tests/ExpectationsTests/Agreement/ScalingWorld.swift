import Arrivals
import AutoscalerModel
import Foundation
import KubernetesObjects
import RunTimeline
import Units

/// A workload with its autoscaler, played through a scenario: what a watch would have said of it, and what each sync
/// did and should have done.
///
/// The controller is the model's; a mutated one has the true one beside it, which sees the same world and remembers the
/// same rescales, and says what should have been done.
struct ScalingWorld {
  /// One sync, or an act between two.
  struct Act {
    var at: Double
    var from: Int
    var to: Int
    /// What the true controller would have come to.
    var due: Int
    /// The decision that was made, and the status that was written; `nil` where nothing changed.
    var decision: Decision?
    var status: HorizontalPodAutoscaler.Status?

    var differs: Bool { to != due }
  }

  private(set) var rows: [WatchedRow] = []
  private(set) var acts: [Act] = []
  let scenario: ScalingScenario
  let mutation: ControllerMutation?

  static let epoch: Int64 = 1_800_000_000

  private struct SimulatedPod {
    let name: String
    let created: Double
    let ready: Double
    let isForeign: Bool
    var deleted: Double?
  }

  private var controller: HPAController
  private var truth: HPAController
  private var random: SplitMix64
  private var autoscaler: HorizontalPodAutoscaler
  private var specText: String
  private var replicas: Int
  private var statusReplicas: Int
  private var pods: [SimulatedPod] = []
  private var podNumber = 0
  private var version = 1000
  private var generation = 1
  private var observedGeneration = 1
  private var lastStatusWrite = -1000.0
  private var scaleManagers: [(name: String, at: Double)] = []
  private var lastDecision: Decision?
  private var aliveFrom = 0.0
  /// Deeds of the workload's controller and the kubelet, in order of time.
  private var due: [(at: Double, deed: Deed)] = []

  private enum Deed {
    case reconcile
    case started(String)
    case ready(String)
    case gone(String)
  }

  init(_ scenario: ScalingScenario, mutation: ControllerMutation? = nil) throws {
    self.scenario = scenario
    self.mutation = mutation
    random = SplitMix64(seed: scenario.seed &* 31 &+ 7)
    controller = HPAController(settings: mutation?.settings ?? .defaults)
    truth = HPAController()
    specText = scenario.spec(min: scenario.minReplicas, max: scenario.maxReplicas)
    let text = #"{"metadata":{"name":"web","namespace":"default"},"spec":\#(specText)}"#
    autoscaler = try JSONDecoder().decode(HorizontalPodAutoscaler.self, from: Data(text.utf8))
    replicas = scenario.initialReplicas
    statusReplicas = replicas
    try play()
  }

  private mutating func play() throws {
    begin()
    var next = 2 + 13 * random.nextUnit()
    var sync = 0
    var events = scenario.events[...]
    while next < scenario.end {
      while let event = events.first, event.at < next {
        events = events.dropFirst()
        settle(until: event.at)
        try handle(event, next: &next)
      }
      if next >= scenario.end { break }
      settle(until: next)
      try synchronize(at: next, sync: sync)
      if mutation == .tooEarly, let decision = lastDecision, sync % 3 == 1 {
        try actEarly(at: next + 5, decision)
      }
      sync += 1
      next += 15.01 + 0.01 * random.nextUnit()
    }
    settle(until: scenario.end)
  }

  private mutating func handle(_ event: ScalingScenario.Event, next: inout Double) throws {
    switch event {
    case .restart(let at, let after):
      controller = HPAController(settings: mutation?.settings ?? .defaults)
      truth = HPAController()
      lastDecision = nil
      // A new leader waits one period before its first sync. One that hits the rhythm of the old one to a second is left
      // out: nothing tells it from a controller that was never restarted.
      let phase = ((at + after + 15 - (next - 15.015)) / 15.015).truncatingRemainder(dividingBy: 1) * 15.015
      aliveFrom = at + after + (phase < 1.5 || phase > 13.5 ? 4 : 0)
      next = aliveFrom + 15
    case .scale(let at, let to, let by):
      guard to != replicas else { return }
      scale(at: at, to: to, by: by)
    case .editBounds(let at, let min, let max):
      specText = scenario.spec(min: min, max: max)
      autoscaler.spec.minReplicas = min
      autoscaler.spec.maxReplicas = max
      try writeAutoscaler(at: at)
    }
  }
}

// MARK: The autoscaler

extension ScalingWorld {
  private mutating func synchronize(at time: Double, sync: Int) throws {
    let target = ScaleTarget(specReplicas: replicas, statusReplicas: statusReplicas, selector: "app=web")
    let scaled = scaledPods(at: time)
    let readings = scenario.metrics.indices.map { reading(of: $0, at: time, sync: sync) }
    let now = instant(time)
    let right = truth.sync(at: now, autoscaler: autoscaler, target: target, pods: scaled, metrics: readings)
    guard let mutation else {
      try finish(right, due: right, status: right.status(updating: autoscaler.status), at: time)
      controller = truth
      return
    }
    let failed = readings.indices.filter { if case .failed = readings[$0] { true } else { false } }
    var bent = autoscaler
    bent.spec = mutation.spec(autoscaler.spec, failed: failed)
    let isLeavingOut = bent.spec.metrics?.count != autoscaler.spec.metrics?.count
    let bentReadings = readings.indices.filter { !isLeavingOut || !failed.contains($0) }.map {
      mutation.read(readings[$0])
    }
    var decision = controller.sync(at: now, autoscaler: bent, target: target, pods: scaled, metrics: bentReadings)
    let unbent = decision
    mutation.bend(&decision, before: lastDecision)
    lastDecision = unbent
    var status = decision.status(updating: autoscaler.status)
    // It tells the truth about what it read, and its own reasons.
    if var metrics = right.status(updating: nil).currentMetrics ?? status.currentMetrics {
      if isLeavingOut, metrics.count < readings.count {
        for index in failed { metrics.insert(MetricStatus(type: ""), at: index) }
      }
      status.currentMetrics = metrics
    }
    try finish(decision, due: right, status: status, at: time)
  }

  private mutating func finish(
    _ decision: Decision, due: Decision, status: HorizontalPodAutoscaler.Status, at time: Double
  ) throws {
    let from = replicas
    let before = autoscaler.status
    if let size = decision.rescale {
      scale(at: time + 0.005, to: size, by: "kube-controller-manager")
      truth.recordRescale(of: autoscaler, from: from, to: size, at: instant(time + 0.006))
      controller.recordRescale(of: autoscaler, from: from, to: size, at: instant(time + 0.006))
    }
    for event in decision.events { report(event, at: time + 0.008) }
    autoscaler.status = status
    let isWritten = before != status
    if isWritten {
      lastStatusWrite = time + 0.01
      try writeAutoscaler(at: time + 0.01)
    }
    acts.append(
      Act(
        at: time, from: from, to: decision.rescale ?? from, due: due.rescale ?? from, decision: decision,
        status: isWritten ? status : nil))
  }

  /// Scales on between two syncs, by one towards where the last recommendation was.
  private mutating func actEarly(at time: Double, _ decision: Decision) throws {
    guard decision.rescale != nil, time < scenario.end, aliveFrom <= time else { return }
    settle(until: time)
    let from = replicas
    let to = from + (decision.desiredReplicas > decision.currentReplicas ? 1 : -1)
    guard to > 0, var status = autoscaler.status else { return }
    scale(at: time + 0.005, to: to, by: "kube-controller-manager")
    truth.recordRescale(of: autoscaler, from: from, to: to, at: instant(time))
    controller.recordRescale(of: autoscaler, from: from, to: to, at: instant(time))
    status.currentReplicas = from
    status.desiredReplicas = to
    status.lastScaleTime = KubernetesTime(seconds: Self.epoch + Int64(time))
    autoscaler.status = status
    lastStatusWrite = time + 0.01
    try writeAutoscaler(at: time + 0.01)
    acts.append(Act(at: time, from: from, to: to, due: from, decision: nil, status: status))
  }

  private mutating func reading(of index: Int, at time: Double, sync: Int) -> MetricReading {
    if scenario.fails(metric: index, atSync: sync) {
      return .failed("the server is currently unable to handle the request")
    }
    let noise = 0.97 + 0.06 * random.nextUnit()
    let level = scenario.level(atSync: sync) * (index == 0 ? 1 : 0.6) * noise
    switch scenario.metrics[index] {
    case .external: return .external(milli: [Int64(level * 10_000)])
    case .utilization(let target): return .resource(usages(at: time, total: level * Double(target) * 10))
    case .averageCPU: return .resource(usages(at: time, total: level * 200))
    }
  }

  /// What the metrics server last read of each pod: every 15 s, over the 15 s before.
  private mutating func usages(at time: Double, total: Double) -> [PodUsage] {
    let scrape = (time / 15).rounded(.down) * 15
    let serving = pods.filter { !$0.isForeign && $0.ready <= scrape && ($0.deleted ?? .infinity) > scrape }.count
    return pods.compactMap { pod in
      let started = pod.created + 2
      guard started <= scrape - 15, (pod.deleted ?? .infinity) > time else { return nil }
      let share: Double
      if pod.isForeign {
        share = 100
      } else if pod.ready <= scrape {
        share = total / Double(max(serving, 1)) * (0.95 + 0.1 * random.nextUnit())
      } else {
        share = scenario.startsBusy ? 1200 : 5
      }
      return PodUsage(
        pod: pod.name, timestamp: instant(scrape), window: .seconds(15),
        containers: [.init(name: "app", usage: ResourceAmounts(cpu: Int64(share)))])
    }
  }

  private func scaledPods(at time: Double) -> [ScaledPod] {
    pods.map { pod in
      let isReady = pod.ready <= time
      return ScaledPod(
        name: pod.name, phase: pod.created + 2 <= time ? .running : .pending, isTerminating: pod.deleted != nil,
        startTime: pod.created + 0.1 <= time ? second(pod.created + 0.1) : nil,
        ready: .init(
          status: isReady ? .true : .false, lastTransitionTime: second(isReady ? pod.ready : pod.created + 0.1)),
        containers: [.init(name: "app", requests: ResourceAmounts(cpu: 1000))], labels: ["app": "web"])
    }
  }
}

// MARK: The workload

extension ScalingWorld {
  private mutating func scale(at time: Double, to size: Int, by manager: String) {
    replicas = size
    generation += 1
    scaleManagers = [(manager, time)]
    writeDeployment(at: time)
    plan(.reconcile, at: max(time, aliveFrom) + scenario.controllerDelay)
  }

  private mutating func plan(_ deed: Deed, at time: Double) {
    due.append((time, deed))
    due.sort { $0.at < $1.at }
  }

  private mutating func settle(until time: Double) {
    while let next = due.first, next.at < time {
      due.removeFirst()
      switch next.deed {
      case .reconcile: reconcile(at: next.at)
      case .started(let name), .ready(let name):
        if let pod = pods.first(where: { $0.name == name }), pod.deleted == nil {
          writePod(pod, .modified, at: next.at)
          if pod.ready <= next.at, next.at >= aliveFrom { writeDeployment(at: next.at + 0.05, delay: 0.005) }
        }
      case .gone(let name):
        guard let pod = pods.first(where: { $0.name == name }) else { continue }
        writePod(pod, .deleted, at: next.at)
        pods.removeAll { $0.name == name }
      }
    }
  }

  /// Makes or removes pods, and counts them in the workload's status.
  private mutating func reconcile(at time: Double) {
    if time < aliveFrom { return plan(.reconcile, at: aliveFrom + scenario.controllerDelay) }
    if scenario.needsPods {
      let own = pods.filter { !$0.isForeign && $0.deleted == nil }
      for _ in own.count..<max(replicas, own.count) { addPod(at: time) }
      // Those that are not ready go first, then the youngest.
      let going = own.sorted { ($0.ready <= time ? 1 : 0, -$0.created) < ($1.ready <= time ? 1 : 0, -$1.created) }
      for pod in going.prefix(max(own.count - replicas, 0)) { remove(pod.name, at: time) }
    }
    statusReplicas = replicas
    observedGeneration = generation
    writeDeployment(at: time + 0.01)
  }

  private mutating func addPod(at time: Double, ready: Double? = nil, isForeign: Bool = false) {
    podNumber += 1
    let name = isForeign ? "stray-\(podNumber)" : "web-1-\(podNumber)"
    let delay = scenario.startup * (0.8 + 0.4 * random.nextUnit())
    let pod = SimulatedPod(name: name, created: time, ready: ready ?? time + 2 + delay, isForeign: isForeign)
    pods.append(pod)
    // Those of the beginning are seen as they are then.
    writePod(pod, .added, at: ready == nil ? time : -1)
    if ready == nil {
      plan(.started(name), at: time + 0.1)
      plan(.ready(name), at: pod.ready)
    }
  }

  private mutating func remove(_ name: String, at time: Double) {
    guard let index = pods.firstIndex(where: { $0.name == name }) else { return }
    pods[index].deleted = time
    writePod(pods[index], .modified, at: time)
    plan(.gone(name), at: time + 1 + random.nextUnit())
  }
}

// MARK: What a watch says

extension ScalingWorld {
  private func instant(_ time: Double) -> KubernetesTime {
    KubernetesTime(microseconds: Self.epoch * 1_000_000 + Int64((time * 1e6).rounded()))
  }

  private func second(_ time: Double) -> KubernetesTime {
    KubernetesTime(seconds: Self.epoch + Int64(time.rounded(.down)))
  }

  private func text(_ time: Double) -> String { "\"\(second(time))\"" }

  private mutating func begin() {
    for resource in ["deployments", "horizontalpodautoscalers"] + (scenario.needsPods ? ["pods", "replicasets"] : []) {
      switch resource {
      case "deployments": writeDeployment(at: -1)
      case "horizontalpodautoscalers": try? writeAutoscaler(at: -1)
      case "replicasets":
        append(
          resource, .added, "web-1", at: -1,
          #"{"metadata":{"name":"web-1","uid":"uid-replicasets-web-1","ownerReferences":[{"apiVersion":"apps/v1","kind":"Deployment","name":"web","uid":"uid-deployments-web","controller":true}]},"spec":{"replicas":1}}"#
        )
      default:
        for _ in 0..<replicas { addPod(at: -1000, ready: -980) }
        for _ in 0..<scenario.foreignPods { addPod(at: -900, ready: -880, isForeign: true) }
      }
    }
  }

  private mutating func append(
    _ resource: String, _ kind: Observation.Kind, _ name: String, at time: Double, _ object: String,
    delay: Double? = nil
  ) {
    version += 1
    let delay = delay ?? 0.002 + 0.03 * random.nextUnit()
    rows.append(
      WatchedRow(
        at: time < 0 ? 0 : time + delay, resource: resource, kind: kind, name: name,
        version: version, object: object))
  }

  /// - Parameter delay: how long the watch takes to bring it; some while where it is not given.
  private mutating func writeDeployment(at time: Double, delay: Double? = nil) {
    let own = pods.filter { !$0.isForeign && $0.deleted == nil && $0.ready <= time }
    let ready = scenario.needsPods && time >= 0 ? own.count : statusReplicas
    var fields = [
      #"{"manager":"helm","operation":"Update","time":\#(text(-500))}"#,
      #"{"manager":"kube-controller-manager","operation":"Update","subresource":"status","time":\#(text(max(time, 0)))}"#,
    ]
    // A write to the scale bears no time.
    fields += scaleManagers.map { #"{"manager":"\#($0.name)","operation":"Update","subresource":"scale"}"# }
    append(
      "deployments", time < 0 ? .added : .modified, "web", at: time,
      #"{"metadata":{"name":"web","uid":"uid-deployments-web","generation":\#(generation),"creationTimestamp":\#(text(-1000)),"managedFields":[\#(fields.joined(separator: ","))]},"spec":{"replicas":\#(replicas),"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"app","image":"app:v1","resources":{"requests":{"cpu":"1"}}}]}}},"status":{"observedGeneration":\#(observedGeneration),"replicas":\#(statusReplicas),"updatedReplicas":\#(statusReplicas),"readyReplicas":\#(ready),"availableReplicas":\#(ready)}}"#,
      delay: delay)
  }

  private mutating func writeAutoscaler(at time: Double) throws {
    let status = try autoscaler.status.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
    append(
      "horizontalpodautoscalers", time < 0 ? .added : .modified, "web", at: time,
      #"{"metadata":{"name":"web","namespace":"default","uid":"uid-horizontalpodautoscalers-web","creationTimestamp":\#(text(-1000)),"managedFields":[{"manager":"helm","operation":"Update","time":\#(text(-500))},{"manager":"kube-controller-manager","operation":"Update","subresource":"status","time":\#(text(lastStatusWrite))}]},"spec":\#(specText)\#(status.map { #","status":\#($0)"# } ?? "")}"#
    )
  }

  private mutating func writePod(_ pod: SimulatedPod, _ kind: Observation.Kind, at time: Double) {
    let isReady = pod.ready <= time
    let owner =
      pod.isForeign
      ? ""
      : #","ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web-1","uid":"uid-replicasets-web-1","controller":true}]"#
    let going =
      pod.deleted.map { #","deletionTimestamp":\#(text($0 + 30)),"deletionGracePeriodSeconds":30"# } ?? ""
    let start = pod.created + 0.1 <= time ? #","startTime":\#(text(pod.created + 0.1))"# : ""
    let containers =
      pod.created + 2 <= time
      ? #","containerStatuses":[{"name":"app","ready":\#(isReady),"restartCount":0,"state":{"running":{"startedAt":\#(text(pod.created + 2))}}}]"#
      : ""
    append(
      "pods", kind, pod.name, at: time,
      #"{"metadata":{"name":"\#(pod.name)","namespace":"default","uid":"uid-pods-\#(pod.name)","creationTimestamp":\#(text(pod.created)),"labels":{"app":"web","pod-template-hash":"1"}\#(owner)\#(going)},"spec":{"containers":[{"name":"app","image":"app:v1","resources":{"requests":{"cpu":"1"}}}]},"status":{"phase":"\#(isReady ? "Running" : "Pending")","conditions":[{"type":"Ready","status":"\#(isReady ? "True" : "False")","lastTransitionTime":\#(text(isReady ? pod.ready : pod.created + 0.1))}]\#(containers)\#(start)}}"#
    )
  }

  private mutating func report(_ event: AutoscalerEvent, at time: Double) {
    let name = "web.\(version)"
    append(
      "events", .added, name, at: time,
      #"{"metadata":{"name":"\#(name)","namespace":"default","uid":"uid-events-\#(name)"},"involvedObject":{"kind":"HorizontalPodAutoscaler","namespace":"default","name":"web","uid":"uid-horizontalpodautoscalers-web","apiVersion":"autoscaling/v2"},"reason":"\#(event.reason)","message":"\#(event.message.replacing("\"", with: "'"))","type":"\#(event.type)","count":1,"firstTimestamp":\#(text(time)),"lastTimestamp":\#(text(time)),"source":{"component":"horizontal-pod-autoscaler"}}"#
    )
  }
}
