import KubernetesClient
import KubernetesObjects
import Units

/// Reads what the pods of a workload use of CPU, as the metrics API shows it.
struct PodUse: Sendable {
  let client: APIClient
  let namespace: String
  /// Of the workload, by which the server is asked for no more than its pods.
  let selector: LabelSelector?
  /// By which pods they are told.
  let pods: Set<String>
  /// The container that counts; `nil` for all.
  let container: String?

  /// One measurement of all pods.
  struct Sample: Sendable, Equatable {
    /// Thousandths of a core, of all pods together.
    var milli: Double
    /// When the earliest window of a pod began, and when the last one ended; the server's clock.
    var began: KubernetesTime
    var ended: KubernetesTime
    /// Seconds.
    var window: Double
  }

  /// What it shows now.
  ///
  /// - Returns: `nil` while a pod has no measurement.
  func sample() async throws(KubernetesError) -> Sample? {
    let selection = selector.map { ListSelection(labels: $0.text) } ?? .all
    var sample: Sample?
    var seen = 0
    for item in try await client.list(.podMetrics, namespace: namespace, selection).items {
      guard let metrics = try? item.decoded(as: PodMetrics.self), let name = metrics.metadata.name, pods.contains(name),
        let end = metrics.timestamp, let window = metrics.window.flatMap({ try? Duration(text: $0) })
      else { continue }
      seen += 1
      let milli = (metrics.containers ?? []).filter { container == nil || $0.name == container }.reduce(0.0) {
        $0 + Double($1.usage["cpu"]?.quantity.milli ?? 0)
      }
      let begin = KubernetesTime(microseconds: end.microseconds - window.microseconds)
      sample = Sample(
        milli: (sample?.milli ?? 0) + milli, began: min(sample?.began ?? begin, begin),
        ended: max(sample?.ended ?? end, end), window: max(sample?.window ?? 0, window.seconds))
    }
    return seen == pods.count ? sample : nil
  }

  /// The server's clock, later than now by up to a second.
  func serverTime() async throws(KubernetesError) -> KubernetesTime? {
    try await client.get(path: "/version").date.map { KubernetesTime(microseconds: $0.microseconds + 1_000_000) }
  }

  /// Waits for measurements that began after an instant, each later than the one before.
  ///
  /// - Parameters:
  ///   - limit: wall time after which those that came are taken.
  ///   - isEnough: asked after each one.
  func samples(
    after begin: KubernetesTime?, limit: Duration, timeScale: Double, until isEnough: ([Sample]) -> Bool
  ) async throws -> [Sample] {
    let start = ContinuousClock.now
    var samples: [Sample] = []
    while start.duration(to: .now) < limit {
      if let sample = try await sample(), begin.map({ sample.began >= $0 }) ?? true,
        samples.last.map({ sample.ended > $0.ended }) ?? true
      {
        samples.append(sample)
        if isEnough(samples) { break }
      }
      try await Task.sleep(for: max(.seconds(1) / timeScale, .milliseconds(50)))
    }
    return samples
  }
}
