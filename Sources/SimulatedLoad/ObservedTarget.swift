package import KubernetesObjects
package import LoadDriving
import SimulatedCluster
import Units

/// A simulated cluster under load, and what goes on beside the load: somebody observes it, and clients write to it.
///
/// Everything happens at its own instant: before a request is dealt with, all that was due before it is.
package struct ObservedTarget: VirtualTarget {
  /// Wall time between two looks at the cluster's changes, of which it does not keep all; and where clients meet faults, of
  /// which each has to be seen before what an observer does about it is due.
  private static let betweenLooks: Int64 = 250_000_000
  private static let betweenCloseLooks: Int64 = 20_000_000
  /// The same where an action waits for a condition.
  private static let betweenLooksForConditions: Int64 = 50_000_000

  package private(set) var watcher: ClusterWatcher
  /// What is done to the cluster beside the load.
  package private(set) var actions: [VirtualAction]
  var cluster: ClusterSimulation { target.cluster }

  private var target: ClusterTarget
  /// Which action has ended the load by its failure, and when.
  private(set) var failure: (action: Int, instant: Int64)?
  private let startedAt: KubernetesTime
  private let stop: VirtualStop
  private let told: ToldConditions
  private let betweenLists: Int64
  /// What became of each request; `nil` where nobody asks.
  private(set) var served: ServedRequests?
  private var nextLook: Int64 = 0
  private var nextList: Int64
  private var nextDeed: Int64 = 0

  /// - Parameters:
  ///   - watcher: one that has listed the cluster already.
  ///   - betweenLists: wall time between two lists of a resource, in nanoseconds.
  ///   - actions: none goes on any more once the load is stopped.
  ///   - startedAt: the time of day as the load begins.
  ///   - told: what is said of the load, that actions and faults wait for.
  ///   - keepsRequests: whether what became of each request is kept.
  package init(
    _ target: ClusterTarget, watcher: ClusterWatcher, betweenLists: Int64, actions: [VirtualAction],
    startedAt: KubernetesTime, stop: VirtualStop, told: ToldConditions, keepsRequests: Bool = false
  ) {
    self.target = target
    self.watcher = watcher
    self.betweenLists = betweenLists
    self.actions = actions
    self.startedAt = startedAt
    self.stop = stop
    self.told = told
    served = keepsRequests ? ServedRequests() : nil
    nextList = betweenLists
    plan()
  }

  package mutating func arrive(
    _ request: PendingRequest, over connection: Int, in slot: Int, at now: Int64
  ) -> Int64? {
    proceed(to: now)
    served?.arrived(request, in: slot, at: now)
    return target.arrive(request, over: connection, in: slot, at: now)
  }

  package mutating func answer(in slot: Int, at now: Int64) -> VirtualAnswer? {
    proceed(to: now)
    let answer = target.answer(in: slot, at: now)
    if let answer { served?.answered(answer.outcome, by: target.pod(in: slot), in: slot, at: now) }
    return answer
  }

  package mutating func laterEnd(in slot: Int, at now: Int64) -> Int64? { target.laterEnd(in: slot, at: now) }

  package func pod(in slot: Int) -> String? { target.pod(in: slot) }

  /// Lets the time go on to the end of the load, and has everything listed once more.
  ///
  /// - Returns: wall time at which the last answer has come, in nanoseconds.
  mutating func finish(at now: Int64) -> Int64 {
    proceed(to: now)
    let latency = (watcher.latency / target.cluster.timeScale).nanoseconds
    target.advance(to: now + latency)
    watcher.list(&target.cluster)
    return now + 2 * latency
  }

  /// `nil` when nothing is left to be done.
  private var nextStep: Int64? { stop.isSet ? nil : actions.lazy.compactMap(\.due).min() }

  private mutating func plan() {
    nextDeed = min(nextLook, nextList, nextStep ?? .max, watcher.nextDue.map { instant(of: $0) } ?? .max)
  }

  /// The instant at which a run time is over.
  private func instant(of runTime: Duration) -> Int64 {
    runTime.nanosecondsReached(times: target.cluster.timeScale)
  }

  /// Has actions go on that something is due of, or that wait for a condition.
  private mutating func act(at now: Int64) {
    guard !stop.isSet else { return }
    let met = told.take()
    for fault in met.faults { target.cluster.meet(fault: fault) }
    for action in met.actions { actions[action].tell() }
    let scale = target.cluster.timeScale
    let latency = (watcher.latency / scale).nanoseconds
    let start = startedAt.microseconds
    for index in actions.indices {
      while actions[index].due.map({ $0 <= now }) ?? false || actions[index].awaits(at: now) {
        let before = actions[index].due
        actions[index].proceed(to: now, latency: latency, in: &target.cluster) { instant in
          KubernetesTime(microseconds: start + (Duration.nanoseconds(instant) * scale).microseconds)
        }
        if actions[index].problem != nil, actions[index].endsRunOnError {
          failure = (index, now)
          stop.set()
          return
        }
        // A condition that is not met yet, or a request that arrives later.
        if actions[index].due == before { break }
      }
    }
  }

  private mutating func proceed(to now: Int64) {
    while nextDeed <= now {
      target.advance(to: nextDeed)
      act(at: nextDeed)
      if nextList <= nextDeed {
        watcher.list(&target.cluster, provesWatches: true)
        nextList += betweenLists
      } else {
        watcher.collect(&target.cluster)
      }
      let awaits = told.areDue || actions.contains { $0.awaits(at: nextDeed) }
      nextLook =
        nextDeed
        + (target.cluster.hasAPITrouble
          ? Self.betweenCloseLooks : awaits ? Self.betweenLooksForConditions : Self.betweenLooks)
      plan()
    }
  }
}
