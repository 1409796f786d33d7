package import KubernetesObjects

extension PodUsage {
  /// One value for each pod from what its containers used
  /// (Kubernetes 1.36, pkg/controller/podautoscaler/metrics/client.go, `GetResourceMetric`).
  ///
  /// For the whole pod: the sum over its containers; a pod of which any container lacks the resource, or which has no
  /// containers, has no value. For a named container: that container's value; a pod without it has none.
  ///
  /// - Throws: ``MetricProblem`` when the list is empty, or, up to 1.32, when a pod lacks the named container.
  package static func samples(
    of resource: ResourceName, container: String?, in usages: [PodUsage], version: KubernetesVersion = .v1_36
  ) throws(MetricProblem) -> [PodSample] {
    if usages.isEmpty { throw .noResourceMetrics }
    var samples: [PodSample] = []
    samples.reserveCapacity(usages.count)
    try usages.withUnsafeBufferPointer { (usages) throws(MetricProblem) in
      for index in usages.indices {
        let milli: Int64?
        if let container {
          let found = usages[index].containers.first { $0.name == container }
          if found == nil, !version.treatsAbsentContainerMetricsAsMissing {
            throw .containerNotInMetrics(container: container, pod: usages[index].pod)
          }
          milli = found?.usage[resource]
        } else {
          milli = sum(of: resource, over: usages, at: index)
        }
        guard let milli else { continue }
        samples.append(
          PodSample(
            pod: usages[index].pod, milli: milli, timestamp: usages[index].timestamp, window: usages[index].window))
      }
    }
    return samples
  }

  private static func sum(of resource: ResourceName, over usages: UnsafeBufferPointer<PodUsage>, at index: Int)
    -> Int64?
  {
    if usages[index].containers.isEmpty { return nil }
    var sum: Int64 = 0
    for position in usages[index].containers.indices {
      guard let milli = usages[index].containers[position].usage[resource] else { return nil }
      sum = sum.addingClamped(milli)
    }
    return sum
  }
}

extension MetricReading {
  /// The time of the first value: what the controller logs as the metric's timestamp.
  package var timestamp: KubernetesTime? {
    switch self {
    case .resource(let usages): usages.first?.timestamp
    case .pods(let samples): samples.first?.timestamp
    case .object, .external, .failed: nil
    }
  }

  /// The values of a Pods metric.
  package func podSamples() throws(MetricProblem) -> [PodSample] {
    switch self {
    case .pods(let samples):
      if samples.isEmpty { throw .noCustomMetrics }
      return samples
    case .failed(let text): throw .unavailable(text)
    default: throw .noReading
    }
  }

  /// The single value of an Object metric, in thousandths.
  package func objectMilli() throws(MetricProblem) -> Int64 {
    switch self {
    case .object(let milli): return milli
    case .failed(let text): throw .unavailable(text)
    default: throw .noReading
    }
  }

  /// The values of an External metric, in thousandths; their sum is what counts, held at the bounds of 64 bits.
  package func externalMilli() throws(MetricProblem) -> [Int64] {
    switch self {
    case .external(let values):
      if values.isEmpty { throw .noExternalMetrics }
      return values
    case .failed(let text): throw .unavailable(text)
    default: throw .noReading
    }
  }
}
