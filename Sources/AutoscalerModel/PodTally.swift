import KubernetesObjects

/// Sums over the pods of one workload for one metric: all that its proposal depends on
/// (Kubernetes 1.36, pkg/controller/podautoscaler/replica_calculator.go and metrics/utilization.go).
struct PodTally {
  var counts = MetricProposal.PodCounts()
  /// Samples that are left: of counted pods, and of pods that the selector does not know.
  var samples = 0
  /// Sum over all samples that are left, in thousandths.
  var usage: Int64 = 0
  /// Counted pods' part of ``usage``: the only part that a utilization reads.
  var countedUsage: Int64 = 0
  var countedRequests: Int64 = 0
  var unreadyRequests: Int64 = 0
  var missingRequests: Int64 = 0
  /// What the missing pods would use at the assumed share of their requests.
  var missingUsage: Int64 = 0
  /// The first pod whose request could not be found, in the order of the pods.
  var requestProblem: MetricProblem?

  /// - Parameters:
  ///   - requests: how to find a pod's request; `nil` for averages, which need none.
  ///   - assumedUtilization: per cent of its request that a missing pod is assumed to use.
  init(
    pods: [ScaledPod], samples: [PodSample], classifier: PodClassifier, readinessMatters: Bool,
    requests: PodRequests?, assumedUtilization: Int64, at now: KubernetesTime
  ) {
    var matched = 0
    // Through buffers, since copies of pods and samples would cost more than all the arithmetic.
    pods.withUnsafeBufferPointer { pods in
      samples.withUnsafeBufferPointer { samples in
        var lookup = SampleLookup(samples)
        for index in pods.indices {
          let position = lookup.position(of: pods, at: index)
          if position != nil { matched += 1 }
          let group = classifier.group(
            isTerminating: pods[index].isTerminating, phase: pods[index].phase, startTime: pods[index].startTime,
            ready: pods[index].ready,
            sampled: position.map { (samples[$0].timestamp, samples[$0].window) }, readinessMatters: readinessMatters,
            at: now)
          var request: Int64 = 0
          if let requests {
            do throws(MetricProblem) {
              request = try requests.milli(ofPod: index, in: pods)
            } catch {
              if requestProblem == nil { requestProblem = error }
            }
          }
          add(
            group, sample: position.map { samples[$0].milli } ?? 0, request: request,
            assumedUtilization: assumedUtilization)
        }
      }
    }
    usage = countedUsage
    self.samples = counts.counted
    if matched < samples.count { addUnknownPods(of: samples, pods: pods) }
  }

  private mutating func add(_ group: PodGroup, sample: Int64, request: Int64, assumedUtilization: Int64) {
    switch group {
    case .counted:
      counts.counted += 1
      countedUsage = countedUsage.addingClamped(sample)
      countedRequests = countedRequests.addingClamped(request)
    case .unready:
      counts.unready += 1
      unreadyRequests = unreadyRequests.addingClamped(request)
    case .missing:
      counts.missing += 1
      missingRequests = missingRequests.addingClamped(request)
      missingUsage = missingUsage.addingClamped(request.multipliedClamped(by: assumedUtilization) / 100)
    case .ignored:
      counts.ignored += 1
    }
  }

  private mutating func addUnknownPods(of samples: [PodSample], pods: [ScaledPod]) {
    let known = Set(pods.map(\.name))
    for sample in samples where !known.contains(sample.pod) {
      self.samples += 1
      usage = usage.addingClamped(sample.milli)
    }
  }
}

/// Finds a pod's sample. Both lists mostly have the same order, so that the pod's own position is looked at first.
private struct SampleLookup {
  private let samples: UnsafeBufferPointer<PodSample>
  /// Made when a sample is not at its pod's position.
  private var positions: [String: Int]?

  /// Below this many samples, a walk is faster than a table.
  private static let tableThreshold = 24

  init(_ samples: UnsafeBufferPointer<PodSample>) {
    self.samples = samples
  }

  mutating func position(of pods: UnsafeBufferPointer<ScaledPod>, at index: Int) -> Int? {
    if index < samples.count, samples[index].pod == pods[index].name { return index }
    if samples.count < Self.tableThreshold { return samples.indices.first { samples[$0].pod == pods[index].name } }
    if let positions { return positions[pods[index].name] }
    let made = Dictionary(samples.indices.map { (samples[$0].pod, $0) }, uniquingKeysWith: { $1 })
    positions = made
    return made[pods[index].name]
  }
}
