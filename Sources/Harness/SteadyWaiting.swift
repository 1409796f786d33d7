import KubernetesClient
import KubernetesObjects

/// Waits on the wall clock until workloads have come to rest, all of them at once: what one does may touch another.
struct SteadyWaiting {
  let client: APIClient
  let workloads: [WatchedWorkload]
  let namespace: String
  let timeScale: Double
  /// Run time after which nobody waits any longer.
  let limit: Duration
  private let start = ContinuousClock.now
  private var hasLooked = false

  init(
    for workloads: [WatchedWorkload], in namespace: String, of client: APIClient, timeScale: Double, limit: Duration
  ) {
    self.client = client
    self.workloads = workloads
    self.namespace = namespace
    self.timeScale = timeScale
    self.limit = limit
  }

  /// Looks at the workloads, a second of run time after the last look.
  ///
  /// - Parameter check: is given each workload as it is.
  /// - Returns: what is waited for, and for how long of run time already; `nil` when all are at rest.
  /// - Throws: ``HarnessError`` when a workload is missing, is refused by `check`, or has not come to rest within the limit.
  mutating func next(
    check: (Workload, WatchedWorkload) throws(HarnessError) -> Void = { _, _ in }
  ) async throws(HarnessError) -> (wait: SteadyWait, waited: Duration)? {
    do {
      if hasLooked { try await Task.sleep(for: max(.seconds(1) / timeScale, .milliseconds(20))) }
      hasLooked = true
      var waiting: SteadyWait?
      for watched in workloads {
        let workload = try await client.workload(watched.reference, namespace: namespace)
        try check(workload, watched)
        let wait = SteadyWait(workload)
        if !wait.isSteady { waiting = waiting ?? wait }
      }
      guard let waiting else { return nil }
      let waited = start.duration(to: .now) * timeScale
      if waited > limit { throw await waiting.refusal(limit: limit, asking: client, in: namespace) }
      return (waiting, waited)
    } catch {
      throw TargetCluster.refusal(of: error)
    }
  }
}
