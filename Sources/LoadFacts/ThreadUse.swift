/// What a thread has used of its time, and how long that time was: two of them give shares of one and the same stretch.
public struct ThreadUse: Sendable, Equatable {
  /// On the wall, up to the moment at which the others were read.
  package var elapsed = Duration.zero
  package var cpu = Duration.zero
  /// Ready to run, and waiting for a processor; `nil` where Linux does not tell.
  package var runQueueDelay: Duration?

  package init(elapsed: Duration = .zero, cpu: Duration = .zero, runQueueDelay: Duration? = nil) {
    self.elapsed = elapsed
    self.cpu = cpu
    self.runQueueDelay = runQueueDelay
  }

  /// What was used since an earlier moment.
  package func less(_ earlier: ThreadUse) -> ThreadUse {
    ThreadUse(
      elapsed: elapsed - earlier.elapsed, cpu: cpu - earlier.cpu,
      runQueueDelay: runQueueDelay.map { $0 - (earlier.runQueueDelay ?? .zero) })
  }

  /// Shares of the time since an earlier moment, from 0 to 1: of CPU, and of waiting for a processor. The readings are not of
  /// one instant, so that without the bound a share could be a trifle more than all. `nil` when no time has passed.
  package func shares(since earlier: ThreadUse) -> (cpu: Double, runQueueDelay: Double?)? {
    let used = less(earlier)
    guard used.elapsed > .zero else { return nil }
    func share(_ part: Duration) -> Double { min(max(part / used.elapsed, 0), 1) }
    return (share(used.cpu), used.runQueueDelay.map(share))
  }
}
