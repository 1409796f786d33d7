import AutoscalerModel
import KubernetesObjects
import RunTimeline
import Units

/// What the syncs of a recording may have read, sync by sync, given what they did and said.
struct TickReadings {
  private let record: ScalingRecord
  /// Of the last sync without a trace, since many follow with the same pods.
  private var repeated: (sync: Int, pods: PodSituation, inputs: [SyncInput])?

  init(_ record: ScalingRecord) { self.record = record }

  /// All inputs that the observation allows, the likeliest first; `nil` where nothing tells what was read.
  mutating func inputs(at tick: SyncTick) -> [SyncInput]? {
    let sync = record.syncs[tick.sync]
    if sync.failed { return sync.replayInputs(by: record.version) }
    if tick.hasTrace {
      guard !sync.isCorrection, !sync.inputs.isEmpty else { return nil }
      let asked = Set((sync.fitting.isEmpty ? sync.proposals : sync.fitting).map(\.raw))
      return kept(sync.inputs, of: sync) { asked.contains($0) }
    }
    let at = InstantBounds(exactly: tick.time)
    guard !sync.isCorrection, !record.readsPodsInDoubt(sync.plan, at: at) else { return nil }
    let pods = PodSituation(record.history, at: at, settings: record.settings, sampledBy: sync.sampledBy)
    if let repeated, repeated.sync == tick.sync, repeated.pods == pods { return repeated.inputs }
    let possible = SyncInputs(
      plan: sync.plan, status: sync.status, version: record.version, statusReplicas: sync.statusReplicas
    ).possible(pods).inputs
    guard !possible.isEmpty else { return nil }
    let inputs = kept(possible, of: sync) { sync.claims.allows(repeated: $0, of: sync) }
    repeated = (tick.sync, pods, inputs)
    return inputs
  }

  /// The inputs by which the recorded spec asks for a count that is allowed; all of them where none does.
  private func kept(
    _ inputs: [SyncInput], of sync: ObservedSync, where isAllowed: (Int) -> Bool
  ) -> [SyncInput] {
    var controller = HPAController(settings: record.settings, version: record.version)
    let kept = inputs.filter { input in
      controller[history: sync.autoscaler] = nil
      let decision = controller.sync(
        at: KubernetesTime(seconds: 0), autoscaler: sync.autoscaler, target: input.read(sync.target), pods: input.pods,
        metrics: input.metrics)
      return decision.rawRecommendation.map(isAllowed) ?? true
    }
    return kept.isEmpty ? inputs : kept
  }
}

extension SyncInput {
  /// The metrics in the order of another spec, which reads no others; `nil` where a value is not known in the form that
  /// its target needs.
  func read(
    by spec: HorizontalPodAutoscaler.Spec, recorded: HorizontalPodAutoscaler.Spec, podsAreKnown: Bool
  ) -> SyncInput? {
    let (own, others) = (recorded.metricsOrDefault, spec.metricsOrDefault)
    if own == others { return self }
    var input = self
    input.metrics = []
    for metric in others {
      guard let index = own.firstIndex(where: { $0.isOfSameValues(as: metric) }), metrics.indices.contains(index),
        podsAreKnown || own[index].isShareOfRequests == metric.isShareOfRequests
      else { return nil }
      input.metrics.append(metrics[index])
    }
    return input
  }
}
