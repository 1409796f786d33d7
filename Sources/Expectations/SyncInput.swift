import AutoscalerModel
import KubernetesObjects
import RunTimeline
import Units

/// One set of inputs that would have made a sync publish what it published.
struct SyncInput: Sendable {
  var pods: [ScaledPod]
  var metrics: [MetricReading]
  /// The target's `status.replicas`.
  var statusReplicas: Int
  /// Whether every pod counts.
  var isComplete = false
  /// Pods that count, and pods of which there is no sample.
  var counted = 0
  var missing = 0

  /// The target as a sync with this input read it.
  func read(_ target: ScaleTarget) -> ScaleTarget {
    var target = target
    target.statusReplicas = statusReplicas
    return target
  }

  /// Every metric unread, for the reason that the status gives.
  static func unread(_ plan: ScalingPlan, status: HorizontalPodAutoscaler.Status, statusReplicas: Int) -> SyncInput {
    let message = failure(of: status)
    return SyncInput(pods: [], metrics: plan.metrics.map { _ in .failed(message) }, statusReplicas: statusReplicas)
  }

  fileprivate static func failure(of status: HorizontalPodAutoscaler.Status) -> String {
    status.condition("ScalingActive").flatMap { $0.isTrue ? nil : $0.message } ?? "it gave no value"
  }

  /// What a pod is taken to request where pods with requests were not seen.
  fileprivate static let request: Int64 = 1000
}

/// All inputs that the published metrics and the observed pods allow.
struct SyncInputs {
  let plan: ScalingPlan
  let status: HorizontalPodAutoscaler.Status
  let version: KubernetesVersion
  /// What the sync may have read as the target's `status.replicas`.
  let statusReplicas: ClosedRange<Int>

  /// The end of what a published value, rounded as it is, may stand for.
  private enum Extreme: CaseIterable { case low, high }

  /// The inputs, the likeliest first, and whether those are all of them; empty where the status bears no metrics.
  func possible(_ situation: PodSituation) -> (inputs: [SyncInput], areAll: Bool) {
    guard let current = status.currentMetrics, current.count == plan.metrics.count else { return ([], true) }
    let situation = situation.withFreshPods(counting: plan.metrics.contains(where: \.countsPodsThatAreNotReady))
    let (mixes, areAll) = situation.mixes
    let found = mixes.flatMap { inputs(of: $0, situation, current, agreeing: true) }
    // Of some metrics pods play no part.
    if !found.isEmpty { return (found, areAll || !plan.metrics.contains(where: \.isOfPods)) }
    let without = situation.mixesWithoutSamples.flatMap { inputs(of: $0, situation, current, agreeing: true) }
    if !without.isEmpty { return (without, false) }
    // What was published contradicts the pods that were seen, so that either may be wrong.
    return (mixes.flatMap { inputs(of: $0, situation, current, agreeing: false) }, false)
  }

  /// What the target's `status.replicas` may have been, the likeliest first: the count that the sync found in its spec.
  /// Of very many only both ends.
  private var replicaCounts: [Int] {
    let counts =
      statusReplicas.count <= 12
      ? Array(statusReplicas) : [statusReplicas.lowerBound, statusReplicas.upperBound]
    guard let found = status.currentReplicas, counts.contains(found) else { return counts }
    return [found] + counts.filter { $0 != found }
  }

  /// - Parameter agreeing: leave out mixes whose published share and average contradict each other.
  private func inputs(
    of mix: PodSituation.Mix, _ situation: PodSituation, _ current: [MetricStatus], agreeing: Bool
  ) -> [SyncInput] {
    let pods = PodMix(mix, situation, plan: plan, version: version)
    var inputs: [SyncInput] = []
    for count in replicaCounts {
      for extreme in Extreme.allCases {
        var metrics: [MetricReading] = []
        for (metric, value) in zip(plan.metrics, current) {
          guard let reading = reading(metric, value, pods, extreme, count, agreeing: agreeing) else { break }
          metrics.append(reading)
        }
        guard metrics.count == plan.metrics.count else { continue }
        let input = SyncInput(
          pods: pods.pods, metrics: metrics, statusReplicas: count, isComplete: pods.pods.count == pods.counted,
          counted: mix.counted, missing: mix.missing)
        if inputs.last?.metrics != metrics || inputs.last?.statusReplicas != count { inputs.append(input) }
      }
    }
    return inputs
  }

  /// A reading that makes the controller publish the value; `nil` where none does with these pods: without any that
  /// counts, nothing is published of pods.
  private func reading(
    _ metric: PlannedMetric, _ value: MetricStatus, _ pods: PodMix, _ extreme: Extreme, _ statusReplicas: Int,
    agreeing: Bool
  ) -> MetricReading? {
    let failure = MetricReading.failed(SyncInput.failure(of: status))
    let current =
      (value.resource ?? value.containerResource)?.current ?? (value.pods ?? value.object ?? value.external)?.current
    guard !value.type.isEmpty, let current else { return failure }
    func pick(_ range: ClosedRange<Int64>) -> Int64 { extreme == .low ? range.lowerBound : range.upperBound }
    switch metric.source {
    case .resource(let resource, let container, .utilization):
      guard let percent = current.averageUtilization, (0...1_000_000_000).contains(percent) else { return failure }
      if pods.counted == 0 { return nil }
      let share = Self.total(percent: Int64(percent), ofRequests: pods.requests(resource, container, plan, version))
      let average = current.averageValue.flatMap { Self.total(average: $0.quantity.milli, over: pods.counted) }
      guard agreeing, let average else { return .resource(pods.usages(pick(share), of: resource, in: container)) }
      guard share.overlaps(average) else { return nil }
      return .resource(pods.usages(pick(share.clamped(to: average)), of: resource, in: container))
    case .resource(let resource, let container, .average):
      guard let milli = current.averageValue?.quantity.milli else { return failure }
      guard let total = Self.total(average: milli, over: pods.counted) else { return nil }
      return .resource(pods.usages(pick(total), of: resource, in: container))
    case .pods:
      guard let milli = current.averageValue?.quantity.milli else { return failure }
      guard let total = Self.total(average: milli, over: pods.counted) else { return nil }
      return .pods(pods.samples(pick(total)))
    case .object(.value), .external(.value):
      guard let milli = current.value?.quantity.milli else { return failure }
      return metric.total(milli)
    case .object(.average), .external(.average):
      guard let milli = current.averageValue?.quantity.milli else { return failure }
      let count = Int64(max(statusReplicas, 1))
      let (highest, overflow) = milli.multipliedReportingOverflow(by: count)
      if overflow { return failure }
      // The published average is rounded up, so that the total may have been lower.
      return metric.total(extreme == .high ? highest : max(highest - count + 1, 0))
    case .invalid: return failure
    }
  }

  /// The sums that are published as a share of the requests, in whole per cent, cut off.
  private static func total(percent: Int64, ofRequests requests: Int64) -> ClosedRange<Int64> {
    let requests = min(max(requests, 1), 1_000_000_000)
    let low = (percent * requests + 99) / 100
    return low...max(low, ((percent + 1) * requests + 99) / 100 - 1)
  }

  /// The sums that are published as an average, cut off to a thousandth.
  private static func total(average: Int64, over count: Int) -> ClosedRange<Int64>? {
    guard count > 0 else { return nil }
    let (low, overflow) = average.multipliedReportingOverflow(by: Int64(count))
    if overflow || low > Int64.max - Int64(count) { return Int64.max...Int64.max }
    return low...low + Int64(count) - 1
  }
}

/// The pods of one mix, as the controller would have read them.
private struct PodMix {
  let pods: [ScaledPod]
  /// How many count: they stand first.
  let counted: Int

  private static let longAgo = KubernetesTime(seconds: -1_000_000)

  init(_ mix: PodSituation.Mix, _ situation: PodSituation, plan: ScalingPlan, version: KubernetesVersion) {
    // Where no pod was seen, pods of no known shape may stand in the mix.
    let shapes = situation.groups.map { Optional($0.shape) } + [nil]
    let shares = Array(zip(shapes, mix.shares))
    let isKnown = Self.haveRequests(shares.filter { $1.counted + $1.unready + $1.missing > 0 }.map(\.0), plan, version)
    let standIn = Self.standIn(plan)
    func pods(_ count: Int, _ shape: PodShape?, isUnready: Bool, from index: Int) -> [ScaledPod] {
      (index..<index + count).map { index in
        ScaledPod(
          name: "pod-\(index)", phase: isUnready ? .pending : .running, startTime: Self.longAgo,
          ready: .init(status: isUnready ? .false : .true, lastTransitionTime: Self.longAgo),
          containers: isKnown ? shape?.containers ?? standIn : standIn,
          initContainers: isKnown ? shape?.initContainers ?? [] : [],
          podRequests: isKnown ? shape?.podRequests ?? ResourceAmounts() : ResourceAmounts())
      }
    }
    var all: [ScaledPod] = []
    for (shape, share) in shares { all += pods(share.counted, shape, isUnready: false, from: all.count) }
    counted = all.count
    for (shape, share) in shares { all += pods(share.unready, shape, isUnready: true, from: all.count) }
    for (shape, share) in shares { all += pods(share.missing, shape, isUnready: false, from: all.count) }
    self.pods = all
  }

  /// A pod of which nothing is known.
  private static func standIn(_ plan: ScalingPlan) -> [ScaledPod.ContainerRequests] {
    let names = Set(plan.metrics.compactMap(\.container)).sorted()
    let requests = ResourceAmounts(cpu: SyncInput.request, memory: SyncInput.request)
    return (names.isEmpty ? ["main"] : names).map { ScaledPod.ContainerRequests(name: $0, requests: requests) }
  }

  /// Whether all pods request what the metrics of the plan are shares of; else no share could have been published.
  private static func haveRequests(_ shapes: [PodShape?], _ plan: ScalingPlan, _ version: KubernetesVersion) -> Bool {
    shapes.allSatisfy { shape in
      guard let shape else { return false }
      let pod = ScaledPod(
        name: "", containers: shape.containers, initContainers: shape.initContainers, podRequests: shape.podRequests)
      return !shape.containers.isEmpty
        && plan.metrics.allSatisfy { metric in
          guard case .resource(let resource, let container, .utilization) = metric.source else { return true }
          let requests = PodRequests(
            resource: resource, container: container, version: version,
            podLevelResources: version.podLevelResourcesByDefault)
          return ((try? requests.milli(of: pod)) ?? 0) > 0
        }
    }
  }

  /// What the counted pods request of a resource together, in thousandths.
  func requests(
    _ resource: ResourceName, _ container: String?, _ plan: ScalingPlan, _ version: KubernetesVersion
  ) -> Int64 {
    let requests = PodRequests(
      resource: resource, container: container, version: version, podLevelResources: version.podLevelResourcesByDefault)
    return pods.prefix(counted).reduce(0) { $0 + ((try? requests.milli(of: $1)) ?? 0) }
  }

  /// Samples of the counted pods with a sum; who of them used how much makes no difference.
  func usages(_ total: Int64, of resource: ResourceName, in container: String?) -> [PodUsage] {
    (0..<counted).map { index in
      PodUsage(
        pod: pods[index].name, timestamp: KubernetesTime(seconds: 0), window: .seconds(30),
        containers: pods[index].containers.map { each in
          let isRead = each.name == container ?? pods[index].containers.first?.name
          var amounts = ResourceAmounts()
          amounts[resource] = isRead && index == 0 ? total : 0
          return PodUsage.ContainerUsage(name: each.name, usage: amounts)
        })
    }
  }

  func samples(_ total: Int64) -> [PodSample] {
    (0..<counted).map {
      PodSample(pod: pods[$0].name, milli: $0 == 0 ? total : 0, timestamp: KubernetesTime(seconds: 0))
    }
  }
}

extension PlannedMetric {
  /// Whether it is taken over pods whether they are ready or not: all such metrics but CPU.
  fileprivate var countsPodsThatAreNotReady: Bool {
    switch source {
    case .resource(let resource, _, _): resource != .cpu
    case .pods: true
    case .object, .external, .invalid: false
    }
  }

  /// Whether it is taken over the workload's pods.
  var isOfPods: Bool {
    switch source {
    case .resource, .pods: true
    case .object, .external, .invalid: false
    }
  }

  /// The container of a ContainerResource metric.
  var container: String? {
    if case .resource(_, let container, _) = source { container } else { nil }
  }

  fileprivate func total(_ milli: Int64) -> MetricReading {
    if case .object = source { .object(milli: milli) } else { .external(milli: [milli]) }
  }
}
