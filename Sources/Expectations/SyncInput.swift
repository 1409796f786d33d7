import AutoscalerModel
import KubernetesObjects
import RunTimeline
import Units

/// The pods of a workload at one sync, as far as watching them tells what a CPU metric makes of them.
///
/// Whether a young pod counts depends on when its sample was taken, which nobody publishes; so there are several
/// mixes of counted, unready and missing pods that one observation allows. Pods that have been ready for long are taken
/// to have a sample.
struct PodSituation: Sendable, Equatable {
  /// Ready for so long that their samples are young enough.
  var counted = 0
  /// Ready for a short time, or not ready any more: they count, or count as not ready, or have no sample.
  var doubtful = 0
  /// Never ready so far.
  var idle = 0
  /// Counted, but perhaps already asked to go.
  var leaving = 0
  /// Not ready, and perhaps not there yet.
  var appearing = 0

  /// A pod that has been ready for so long has a sample taken wholly after that: two windows of 30 s, and the time
  /// until the metrics server has read it.
  private static let sampleAge = Duration.seconds(90)

  init(_ pods: [PodLifeline], at: InstantBounds) {
    for pod in pods {
      if pod.created.earliest > at.latest { continue }
      if let going = pod.deleteRequested ?? pod.removed, going.latest < at.earliest { continue }
      if let going = pod.deleteRequested ?? pod.removed, going.earliest <= at.latest {
        leaving += 1
      } else if let ready = pod.ready.last(where: { $0.from.earliest <= at.latest }) {
        let isSettled = ready.from.latest <= at.earliest - Self.sampleAge
        let holds = ready.to.map { $0.earliest > at.latest } ?? true
        if isSettled, holds { counted += 1 } else { doubtful += 1 }
      } else if pod.created.latest > at.earliest {
        appearing += 1
      } else {
        idle += 1
      }
    }
  }

  /// How many pods fall into each group.
  struct Mix: Sendable, Hashable {
    var counted: Int
    var unready: Int
    var missing: Int
  }

  /// The mixes that the observation allows, the likeliest first.
  var mixes: [Mix] {
    var mixes: [Mix] = []
    var seen: Set<Mix> = []
    for here in [leaving, 0] {
      for new in [0, appearing] {
        for young in Self.steps(doubtful).reversed() {
          let rest = doubtful - young + idle + new
          for missing in [0, rest, rest / 2] {
            let mix = Mix(counted: counted + here + young, unready: rest - missing, missing: missing)
            if mix.counted > 0, seen.insert(mix).inserted { mixes.append(mix) }
          }
        }
      }
    }
    // Some metrics need no pods, so that nothing has to be known of them.
    return mixes.isEmpty ? [Mix(counted: 0, unready: 0, missing: 0)] : mixes
  }

  /// All counts up to a dozen, beyond that a spread of them with both ends.
  private static func steps(_ count: Int) -> [Int] {
    count <= 12 ? Array(0...count) : (0...12).map { count * $0 / 12 }
  }
}

/// One set of inputs that would have made a sync publish what it published.
struct SyncInput: Sendable {
  var pods: [ScaledPod]
  var metrics: [MetricReading]
  /// The target's `status.replicas`.
  var statusReplicas: Int

  /// All inputs that the published metrics and the observed pods allow; empty where the status bears no metrics.
  static func possible(
    plan: ScalingPlan, status: HorizontalPodAutoscaler.Status, situation: PodSituation,
    statusReplicas: ClosedRange<Int>
  ) -> [SyncInput] {
    guard let current = status.currentMetrics, current.count == plan.metrics.count else { return [] }
    let containers = Set(plan.metrics.compactMap(\.container)).sorted()
    let message = status.condition("ScalingActive").flatMap { $0.isTrue ? nil : $0.message } ?? "it gave no value"
    // Utilization is published in whole per cent, cut off: the true one lies up to the next.
    let counts = Set([statusReplicas.lowerBound, statusReplicas.upperBound]).sorted()
    let readings: [(statusReplicas: Int, excess: Int64)] = counts.flatMap { [($0, Int64(0)), ($0, Int64(9))] }
    return readings.flatMap { (statusReplicas, excess) in
      situation.mixes.map { mix in
        let pods = pods(mix, containers: containers)
        let metrics = zip(plan.metrics, current).map { metric, value in
          metric.reading(
            value, excess: excess, counted: mix.counted, containers: containers, statusReplicas: statusReplicas,
            failure: message)
        }
        return SyncInput(pods: pods, metrics: metrics, statusReplicas: statusReplicas)
      }
    }
  }

  static let request: Int64 = 1000

  /// The target as a sync with this input read it.
  func read(_ target: ScaleTarget) -> ScaleTarget {
    var target = target
    target.statusReplicas = statusReplicas
    return target
  }

  private static func pods(_ mix: PodSituation.Mix, containers: [String]) -> [ScaledPod] {
    let longAgo = KubernetesTime(seconds: -1_000_000)
    let names = containers.isEmpty ? ["main"] : containers
    let requests = ResourceAmounts(cpu: request, memory: request)
    return (0..<mix.counted + mix.unready + mix.missing).map { index in
      let isUnready = index >= mix.counted && index < mix.counted + mix.unready
      return ScaledPod(
        name: "pod-\(index)", phase: isUnready ? .pending : .running, startTime: longAgo,
        ready: .init(status: isUnready ? .false : .true, lastTransitionTime: longAgo),
        containers: names.map { ScaledPod.ContainerRequests(name: $0, requests: requests) })
    }
  }
}

extension PlannedMetric {
  /// The container of a ContainerResource metric.
  var container: String? {
    if case .resource(_, let container, _) = source { container } else { nil }
  }

  /// A reading that makes the controller publish the value.
  fileprivate func reading(
    _ value: MetricStatus, excess: Int64, counted: Int, containers: [String], statusReplicas: Int, failure: String
  ) -> MetricReading {
    let current =
      (value.resource ?? value.containerResource)?.current ?? (value.pods ?? value.object ?? value.external)?.current
    guard !value.type.isEmpty, let current else { return .failed(failure) }
    switch source {
    case .resource(let resource, _, .utilization):
      guard let percent = current.averageUtilization else { return .failed(failure) }
      let usage = Int64(percent) * SyncInput.request / 100 + excess
      return .resource(usages(counted, containers: containers) { _ in (resource, usage) })
    case .resource(let resource, let container, .average):
      guard let milli = current.averageValue?.quantity.milli else { return .failed(failure) }
      return .resource(
        usages(counted, containers: containers) { name in
          (resource, name == (container ?? containers.first ?? "main") ? milli : 0)
        })
    case .pods:
      guard let milli = current.averageValue?.quantity.milli else { return .failed(failure) }
      return .pods(
        (0..<counted).map { PodSample(pod: "pod-\($0)", milli: milli, timestamp: KubernetesTime(seconds: 0)) })
    case .object(.value), .external(.value):
      guard let milli = current.value?.quantity.milli else { return .failed(failure) }
      return total(milli)
    case .object(.average), .external(.average):
      guard let milli = current.averageValue?.quantity.milli else { return .failed(failure) }
      let highest = milli * Int64(max(statusReplicas, 1))
      // The published average is rounded up, so that the total may have been lower.
      return total(excess == 0 ? highest : max(highest - Int64(max(statusReplicas, 1)) + 1, 0))
    case .invalid: return .failed(failure)
    }
  }

  private func total(_ milli: Int64) -> MetricReading {
    if case .object = source { .object(milli: milli) } else { .external(milli: [milli]) }
  }

  private func usages(
    _ counted: Int, containers: [String], usage: (String) -> (ResourceName, Int64)
  ) -> [PodUsage] {
    let names = containers.isEmpty ? ["main"] : containers
    return (0..<counted).map { index in
      PodUsage(
        pod: "pod-\(index)", timestamp: KubernetesTime(seconds: 0), window: .seconds(30),
        containers: names.map { name in
          let (resource, milli) = usage(name)
          var amounts = ResourceAmounts()
          amounts[resource] = milli
          return PodUsage.ContainerUsage(name: name, usage: amounts)
        })
    }
  }
}
