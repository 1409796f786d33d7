import AutoscalerModel
import KubernetesObjects
import Units

/// What a sync would have read with another number of pods, if they had used together what was recorded: *constant total
/// use*. Values that are not of pods stay as they were.
///
/// True of CPU under an open load that few and many pods serve alike; what it leaves out is the feedback.
struct SpreadUse {
  /// How many pods there would have been.
  let count: Int
  /// How many of them had certainly been there for so long that they were ready and sampled.
  let settled: Int

  /// The inputs, over all that is not known of young pods: whether they are ready and sampled, and what they serve.
  func inputs(from recorded: SyncInput) -> [SyncInput] {
    let silent = recorded.pods.count - recorded.counted
    // Pods whose use was not read may have used nothing, or as much as the others.
    let scales = silent > 0 && recorded.counted > 0 ? [1, Double(recorded.pods.count) / Double(recorded.counted)] : [1]
    var inputs: [SyncInput] = []
    for counted in countedPods {
      let shares = counted < count ? [1, Double(counted) / Double(count)] : [1]
      for scale in scales {
        for share in shares {
          for mayBeUnready in counted < count ? [true, false] : [true] {
            inputs.append(input(recorded, counted: counted, factor: scale * share, mayBeUnready: mayBeUnready))
          }
        }
      }
    }
    return inputs
  }

  /// How many pods may count: each number, or of many the ends and some between.
  private var countedPods: [Int] {
    let least = min(max(settled, 1), max(count, 1))
    if count - least <= 4 { return Array((least...max(count, least)).reversed()) }
    return Set((0...4).map { least + (count - least) * $0 / 4 }).sorted(by: >)
  }

  /// A ready pod of which nothing else is known.
  private static let standIn = ScaledPod(
    name: "", ready: .init(status: .true, lastTransitionTime: KubernetesTime(seconds: -1_000_000)))

  private func input(_ recorded: SyncInput, counted: Int, factor: Double, mayBeUnready: Bool) -> SyncInput {
    var pods: [ScaledPod] = []
    let templates = recorded.pods.prefix(max(recorded.counted, 1))
    for index in 0..<max(count, counted) {
      var pod =
        templates.isEmpty ? Self.standIn : templates[templates.startIndex + index % templates.count]
      pod.name = "pod-\(index)"
      if index >= counted, mayBeUnready {
        pod.phase = .pending
        pod.ready?.status = .false
      }
      pods.append(pod)
    }
    var input = recorded
    input.pods = pods
    input.statusReplicas = count
    input.counted = counted
    input.missing = mayBeUnready ? 0 : max(count - counted, 0)
    input.isComplete = counted >= count
    input.metrics = recorded.metrics.map { $0.spread(over: pods.prefix(counted), factor: factor) }
    return input
  }
}

extension MetricReading {
  /// The sum of all samples times a factor, as that of other pods.
  fileprivate func spread(over pods: ArraySlice<ScaledPod>, factor: Double) -> MetricReading {
    func scaled(_ milli: Int64) -> Int64 {
      factor == 1 ? milli : Int64(exactly: min((Double(milli) * factor).rounded(), 9e18)) ?? milli
    }
    switch self {
    case .resource(let usages):
      guard let first = usages.first else { return self }
      // Who of the pods used how much makes no difference.
      var total = first
      for position in total.containers.indices {
        for resource in total.containers[position].usage.resources {
          let sum = usages.reduce(Int64(0)) { sum, usage in
            let own =
              usage.containers.indices.contains(position) ? usage.containers[position].usage[resource] ?? 0 : 0
            return sum.addingReportingOverflow(own).overflow ? .max : sum + own
          }
          total.containers[position].usage[resource] = scaled(sum)
        }
      }
      return .resource(
        pods.enumerated().map { index, pod in
          var usage = total
          usage.pod = pod.name
          guard index > 0 else { return usage }
          for position in usage.containers.indices {
            for resource in usage.containers[position].usage.resources {
              usage.containers[position].usage[resource] = 0
            }
          }
          return usage
        })
    case .pods(let samples):
      guard var first = samples.first else { return self }
      first.milli = scaled(
        samples.reduce(Int64(0)) { $0.addingReportingOverflow($1.milli).overflow ? .max : $0 + $1.milli })
      return .pods(
        pods.enumerated().map { index, pod in
          var sample = first
          sample.pod = pod.name
          if index > 0 { sample.milli = 0 }
          return sample
        })
    case .object, .external, .failed: return self
    }
  }
}

extension ResourceAmounts {
  /// The resources of which there is an amount.
  fileprivate var resources: [ResourceName] {
    (cpu == nil ? [] : [.cpu]) + (memory == nil ? [] : [.memory]) + others.keys.map { .other($0) }
  }
}
