package import KubernetesObjects
import Units

/// What a pod is to a metric (Kubernetes 1.36, pkg/controller/podautoscaler/replica_calculator.go, `groupPods`).
package enum PodGroup: Sendable, Equatable {
  /// It counts with its sample.
  case counted
  /// It is not ready yet; its sample is dropped, and above the target it counts as idle.
  case unready
  /// It has no sample.
  case missing
  /// It is terminating or failed and counts nowhere.
  case ignored
}

/// Sorts pods into groups.
package struct PodClassifier: Sendable {
  /// Microseconds.
  private let cpuInitializationPeriod: Int64
  /// Microseconds.
  private let initialReadinessDelay: Int64

  package init(settings: ControllerSettings) {
    cpuInitializationPeriod = settings.cpuInitializationPeriod.microseconds
    initialReadinessDelay = settings.initialReadinessDelay.microseconds
  }

  /// The group of one pod; the first rule that applies decides.
  ///
  /// - Parameters:
  ///   - sample: the pod's sample, `nil` where the metrics API gave none.
  ///   - readinessMatters: true for CPU of Resource and ContainerResource metrics only; for memory and Pods metrics a
  ///     running pod counts whether it is ready or not.
  package func group(
    of pod: ScaledPod, sample: PodSample?, readinessMatters: Bool, at now: KubernetesTime
  ) -> PodGroup {
    group(
      isTerminating: pod.isTerminating, phase: pod.phase, startTime: pod.startTime, ready: pod.ready,
      sampled: sample.map { ($0.timestamp, $0.window) }, readinessMatters: readinessMatters, at: now)
  }

  /// The group of a pod by the few fields that decide.
  ///
  /// - Parameter sampled: the end and the length of the window of the pod's sample, `nil` where it has none.
  func group(
    isTerminating: Bool, phase: ScaledPod.Phase, startTime: KubernetesTime?, ready: ScaledPod.Readiness?,
    sampled: (timestamp: KubernetesTime, window: Duration)?, readinessMatters: Bool, at now: KubernetesTime
  ) -> PodGroup {
    if isTerminating || phase == .failed { return .ignored }
    if phase == .pending { return .unready }
    guard let sampled else { return .missing }
    if readinessMatters, isUnready(startTime: startTime, ready: ready, sample: sampled, at: now) { return .unready }
    return .counted
  }

  private func isUnready(
    startTime: KubernetesTime?, ready: ScaledPod.Readiness?, sample: (timestamp: KubernetesTime, window: Duration),
    at now: KubernetesTime
  ) -> Bool {
    guard let ready, let start = startTime else { return true }
    let flip = ready.lastTransitionTime.microseconds
    if start.microseconds + cpuInitializationPeriod > now.microseconds {
      // Young: the sample must have been taken wholly after the last flip.
      return ready.status == .false || sample.timestamp.microseconds < flip + sample.window.microseconds
    }
    // Old: only a pod that never became ready; one that broke later keeps counting.
    return ready.status == .false && start.microseconds + initialReadinessDelay > flip
  }
}
