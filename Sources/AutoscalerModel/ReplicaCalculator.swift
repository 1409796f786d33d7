package import KubernetesObjects

/// From the reading of one metric to a number of replicas
/// (Kubernetes 1.36, pkg/controller/podautoscaler/replica_calculator.go).
package struct ReplicaCalculator: Sendable {
  package let version: KubernetesVersion
  private let classifier: PodClassifier

  package init(settings: ControllerSettings, version: KubernetesVersion) {
    self.version = version
    classifier = PodClassifier(settings: settings)
  }

  /// Utilization: usage as a share of the requests, in whole per cent, against a target share.
  ///
  /// - Parameters:
  ///   - current: the target's `spec.replicas`.
  ///   - target: per cent of the request; positive.
  package func utilization(
    current: Int, target: Int, samples: [PodSample], pods: [ScaledPod], requests: PodRequests, tolerance: Tolerance,
    at now: KubernetesTime
  ) throws(MetricProblem) -> MetricProposal {
    if pods.isEmpty { throw .noPods }
    let assumed = version.assumesTargetAboveRequestForMissingPods ? max(100, target) : 100
    let tally = PodTally(
      pods: pods, samples: samples, classifier: classifier, readinessMatters: requests.resource == .cpu,
      requests: requests, assumedUtilization: Int64(assumed), at: now)
    if tally.samples == 0 { throw .noSamplesLeft }
    if let problem = tally.requestProblem { throw problem }
    if tally.countedRequests == 0 { throw .noKnownPods }

    let percent = tally.countedUsage.multipliedClamped(by: 100) / tally.countedRequests
    let ratio = Double(percent) / Double(target)
    let usage = MetricUsage(
      utilization: Int(percent), milli: tally.countedUsage / Int64(max(tally.counts.counted, 1)))
    let fill = Filling(tally: tally, ratio: ratio)
    guard fill.isNeeded else {
      return settled(tally, ratio: ratio, usage: usage, current: current, tolerance: tolerance)
    }
    var filledUsage = tally.countedUsage
    var filledRequests = tally.countedRequests
    var samplesPresent = tally.samples
    if tally.counts.missing > 0, ratio != 1 {
      if ratio < 1 { filledUsage = filledUsage.addingClamped(tally.missingUsage) }
      filledRequests = filledRequests.addingClamped(tally.missingRequests)
      samplesPresent += tally.counts.missing
    }
    if fill.assumesUnreadyIdle {
      filledRequests = filledRequests.addingClamped(tally.unreadyRequests)
      samplesPresent += tally.counts.unready
    }
    let second = Double(filledUsage.multipliedClamped(by: 100) / filledRequests) / Double(target)
    return damped(
      tally, first: ratio, second: second, samples: samplesPresent, usage: usage, current: current,
      tolerance: tolerance)
  }

  /// An average over the pods against a target in thousandths; for AverageValue of Resource, ContainerResource and Pods.
  ///
  /// - Parameter readinessMatters: true for CPU of Resource and ContainerResource metrics.
  package func average(
    current: Int, targetMilli: Int64, samples: [PodSample], pods: [ScaledPod], readinessMatters: Bool,
    tolerance: Tolerance, at now: KubernetesTime
  ) throws(MetricProblem) -> MetricProposal {
    if pods.isEmpty { throw .noPods }
    let tally = PodTally(
      pods: pods, samples: samples, classifier: classifier, readinessMatters: readinessMatters, requests: nil,
      assumedUtilization: 0, at: now)
    if tally.samples == 0 { throw .noSamplesLeft }

    let average = tally.usage / Int64(tally.samples)
    let ratio = Double(average) / Double(targetMilli)
    let usage = MetricUsage(milli: average)
    let fill = Filling(tally: tally, ratio: ratio)
    guard fill.isNeeded else {
      return settled(tally, ratio: ratio, usage: usage, current: current, tolerance: tolerance)
    }
    var filledUsage = tally.usage
    var samplesPresent = tally.samples
    if tally.counts.missing > 0, ratio != 1 || !version.leavesMissingPodsOutOfAveragesAtTarget {
      if ratio < 1 {
        filledUsage = filledUsage.addingClamped(targetMilli.multipliedClamped(by: Int64(tally.counts.missing)))
      }
      samplesPresent += tally.counts.missing
    }
    if fill.assumesUnreadyIdle { samplesPresent += tally.counts.unready }
    let second = Double(filledUsage / Int64(samplesPresent)) / Double(targetMilli)
    return damped(
      tally, first: ratio, second: second, samples: samplesPresent, usage: usage, current: current,
      tolerance: tolerance)
  }

  /// The total of an Object or External metric against a target for the whole workload.
  ///
  /// From zero replicas there is no tolerance and no need of pods. Terminating pods that still serve count.
  package func value(
    current: Int, targetMilli: Int64, totalMilli: Int64, pods: [ScaledPod], tolerance: Tolerance
  ) throws(MetricProblem) -> MetricProposal {
    let ratio = Double(totalMilli) / Double(targetMilli)
    let usage = MetricUsage(milli: totalMilli)
    var counts = MetricProposal.PodCounts()
    if current == 0 {
      return MetricProposal(replicas: Int(replicas: ratio), usage: usage, basis: .ratio(ratio), pods: counts)
    }
    if tolerance.contains(ratio, version: version) {
      return MetricProposal(replicas: current, usage: usage, basis: .tolerance(ratio: ratio), pods: counts)
    }
    if pods.isEmpty { throw .noPods }
    for pod in pods where pod.phase == .running && pod.ready?.status == .true { counts.counted += 1 }
    return MetricProposal(
      replicas: Int(replicas: ratio * Double(counts.counted)), usage: usage, basis: .ratio(ratio), pods: counts)
  }

  /// The total of an Object or External metric against a target for each replica; pods are never looked at.
  ///
  /// - Parameter statusReplicas: the target's `status.replicas`, which is also what stays inside the tolerance.
  package func averageValue(
    statusReplicas: Int, targetMilli: Int64, totalMilli: Int64, tolerance: Tolerance
  ) -> MetricProposal {
    let ratio = Double(totalMilli) / (Double(targetMilli) * Double(statusReplicas))
    let usage = MetricUsage(
      milli: Int64(clamping: (Double(totalMilli) / Double(statusReplicas)).rounded(.up)))
    let counts = MetricProposal.PodCounts()
    if tolerance.contains(ratio, version: version) {
      return MetricProposal(replicas: statusReplicas, usage: usage, basis: .tolerance(ratio: ratio), pods: counts)
    }
    return MetricProposal(
      replicas: Int(replicas: Double(totalMilli) / Double(targetMilli)), usage: usage, basis: .ratio(ratio),
      pods: counts)
  }

  /// The proposal when every pod that matters has a sample.
  private func settled(
    _ tally: PodTally, ratio: Double, usage: MetricUsage, current: Int, tolerance: Tolerance
  ) -> MetricProposal {
    if tolerance.contains(ratio, version: version) {
      return MetricProposal(replicas: current, usage: usage, basis: .tolerance(ratio: ratio), pods: tally.counts)
    }
    return MetricProposal(
      replicas: Int(replicas: ratio * Double(tally.counts.counted)), usage: usage, basis: .ratio(ratio),
      pods: tally.counts)
  }

  /// The proposal after pods were filled in: never past the other side of the target, never against its own direction.
  private func damped(
    _ tally: PodTally, first: Double, second: Double, samples: Int, usage: MetricUsage, current: Int,
    tolerance: Tolerance
  ) -> MetricProposal {
    let stays = MetricProposal(
      replicas: current, usage: usage, basis: .damped(first: first, second: second), pods: tally.counts)
    if tolerance.contains(second, version: version) { return stays }
    if (first < 1 && second > 1) || (first > 1 && second < 1) { return stays }
    let replicas = Int(replicas: second * Double(samples))
    if (second < 1 && replicas > current) || (second > 1 && replicas < current) { return stays }
    return MetricProposal(
      replicas: replicas, usage: usage, basis: .filled(first: first, second: second), pods: tally.counts)
  }
}

/// Whether pods have to be filled in before the ratio may decide.
private struct Filling {
  /// Above the target, pods that are not ready count as idle.
  let assumesUnreadyIdle: Bool
  let isNeeded: Bool

  init(tally: PodTally, ratio: Double) {
    assumesUnreadyIdle = tally.counts.unready > 0 && ratio > 1
    isNeeded = assumesUnreadyIdle || tally.counts.missing > 0
  }
}
