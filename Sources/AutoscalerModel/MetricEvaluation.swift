package import KubernetesObjects

/// What became of one entry of `spec.metrics` in a sync.
package enum MetricOutcome: Sendable, Equatable {
  case proposed(MetricProposal)
  case failed(MetricProblem)

  package var proposal: MetricProposal? {
    if case .proposed(let proposal) = self { proposal } else { nil }
  }

  package var problem: MetricProblem? {
    if case .failed(let problem) = self { problem } else { nil }
  }
}

extension ReplicaCalculator {
  /// The proposal of one metric, or why there is none
  /// (Kubernetes 1.36, pkg/controller/podautoscaler/horizontal.go, `computeReplicasForMetric`).
  ///
  /// - Parameter podLevelResources: whether the gate `PodLevelResources` is on.
  package func outcome(
    of source: PlannedMetric.Source, reading: MetricReading?, target: ScaleTarget, pods: [ScaledPod],
    tolerance: Tolerance, podLevelResources: Bool, at now: KubernetesTime
  ) -> MetricOutcome {
    do throws(MetricProblem) {
      return .proposed(
        try proposal(
          of: source, reading: reading, target: target, pods: pods, tolerance: tolerance,
          podLevelResources: podLevelResources, at: now))
    } catch {
      return .failed(error)
    }
  }

  private func proposal(
    of source: PlannedMetric.Source, reading: MetricReading?, target: ScaleTarget, pods: [ScaledPod],
    tolerance: Tolerance, podLevelResources: Bool, at now: KubernetesTime
  ) throws(MetricProblem) -> MetricProposal {
    if case .invalid(let problem) = source { throw problem }
    guard let reading else { throw .noReading }
    switch source {
    case .invalid(let problem): throw problem
    case .resource(let resource, let container, .utilization(let percent)):
      let samples = try reading.samples(of: resource, container: container, version: version)
      let requests = PodRequests(
        resource: resource, container: container, version: version, podLevelResources: podLevelResources)
      return try utilization(
        current: target.specReplicas, target: percent, samples: samples, pods: pods, requests: requests,
        tolerance: tolerance, at: now)
    case .resource(let resource, let container, .average(let milli)):
      let samples = try reading.samples(of: resource, container: container, version: version)
      return try average(
        current: target.specReplicas, targetMilli: milli, samples: samples, pods: pods,
        readinessMatters: resource == .cpu, tolerance: tolerance, at: now)
    case .pods(let milli):
      return try average(
        current: target.specReplicas, targetMilli: milli, samples: try reading.podSamples(), pods: pods,
        readinessMatters: false, tolerance: tolerance, at: now)
    case .object(let goal):
      return try total(try reading.objectMilli(), against: goal, target: target, pods: pods, tolerance: tolerance)
    case .external(let goal):
      let sum = try reading.externalMilli().reduce(Int64(0)) { $0.addingClamped($1) }
      return try total(sum, against: goal, target: target, pods: pods, tolerance: tolerance)
    }
  }

  private func total(
    _ milli: Int64, against goal: PlannedMetric.TotalTarget, target: ScaleTarget, pods: [ScaledPod],
    tolerance: Tolerance
  ) throws(MetricProblem) -> MetricProposal {
    switch goal {
    case .value(let targetMilli):
      try value(
        current: target.specReplicas, targetMilli: targetMilli, totalMilli: milli, pods: pods, tolerance: tolerance)
    case .average(let targetMilli):
      averageValue(
        statusReplicas: target.statusReplicas, targetMilli: targetMilli, totalMilli: milli, tolerance: tolerance)
    }
  }
}

extension MetricReading {
  /// The values of a Resource or ContainerResource metric, one for each pod that has one.
  func samples(
    of resource: ResourceName, container: String?, version: KubernetesVersion
  ) throws(MetricProblem) -> [PodSample] {
    switch self {
    case .resource(let usages): try PodUsage.samples(of: resource, container: container, in: usages, version: version)
    case .failed(let text): throw .unavailable(text)
    default: throw .noReading
    }
  }
}
