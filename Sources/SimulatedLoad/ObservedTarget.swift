import ClientRules
package import LoadDriving
package import SimulatedCluster
import Units

/// A simulated cluster under load, and what goes on beside the load: somebody observes it, and clients write to it.
///
/// Everything happens at its own instant: before a request is dealt with, all that was due before it is.
package struct ObservedTarget: VirtualTarget {
  /// A request to the API of the cluster, at an instant of the load's clock.
  package struct Write: Sendable {
    let instant: Int64
    let request: APIRequest

    package init(at instant: Int64, _ request: APIRequest) {
      self.instant = instant
      self.request = request
    }
  }

  /// What came of a write.
  package struct Outcome: Sendable {
    /// The last answer of the API: to the first request, or to one of those that it asked to send again.
    package let answer: APIAnswer
    /// When the request that it answers came in.
    package let instant: Int64
  }

  /// Wall time between two looks at the cluster's changes, of which it does not keep all; and where clients meet faults, of
  /// which each has to be seen before what an observer does about it is due.
  private static let betweenLooks: Int64 = 250_000_000
  private static let betweenCloseLooks: Int64 = 20_000_000

  package private(set) var watcher: ClusterWatcher
  /// What the API has answered, one for each write that came to pass.
  package private(set) var answers: [Outcome] = []
  /// When the write that is next is sent again, and how often it was sent.
  private var retry: (instant: Int64, count: Int)?
  var cluster: ClusterSimulation { target.cluster }

  private var target: ClusterTarget
  private let writes: [Write]
  private let stop: VirtualStop
  private let betweenLists: Int64
  private var nextLook: Int64 = 0
  private var nextList: Int64
  private var nextDeed: Int64 = 0

  /// - Parameters:
  ///   - watcher: one that has listed the cluster already.
  ///   - betweenLists: wall time between two lists of a resource, in nanoseconds.
  ///   - writes: in the order of their instants; none happens any more once the load is stopped.
  package init(
    _ target: ClusterTarget, watcher: ClusterWatcher, betweenLists: Int64, writes: [Write], stop: VirtualStop
  ) {
    self.target = target
    self.watcher = watcher
    self.betweenLists = betweenLists
    self.writes = writes
    self.stop = stop
    nextList = betweenLists
    plan()
  }

  package mutating func arrive(
    _ request: PendingRequest, over connection: Int, in slot: Int, at now: Int64
  ) -> Int64? {
    proceed(to: now)
    return target.arrive(request, over: connection, in: slot, at: now)
  }

  package mutating func answer(in slot: Int, at now: Int64) -> VirtualAnswer? {
    proceed(to: now)
    return target.answer(in: slot, at: now)
  }

  package mutating func laterEnd(in slot: Int, at now: Int64) -> Int64? { target.laterEnd(in: slot, at: now) }

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

  /// `nil` when there is none any more.
  private var nextWrite: Int64? {
    guard answers.count < writes.count, !stop.isSet else { return nil }
    // One that had to wait holds up those after it.
    return max(writes[answers.count].instant, retry?.instant ?? 0, answers.last?.instant ?? 0)
  }

  private mutating func plan() {
    nextDeed = min(nextLook, nextList, nextWrite ?? .max, watcher.nextDue.map { instant(of: $0) } ?? .max)
  }

  /// The instant of a run time, rounded up, so that it is over by then.
  private func instant(of runTime: Duration) -> Int64 {
    (runTime / target.cluster.timeScale).nanoseconds + 1
  }

  private mutating func write(at now: Int64) {
    let answer = target.cluster.serve(writes[answers.count].request)
    let tries = (retry?.count ?? 0) + 1
    if case .later(let seconds, _) = answer, tries <= WriteRetry.most {
      retry = (now + Int64(max(seconds, 0)) * 1_000_000_000, tries)
    } else {
      answers.append(Outcome(answer: answer, instant: now))
      retry = nil
    }
  }

  private mutating func proceed(to now: Int64) {
    while nextDeed <= now {
      target.advance(to: nextDeed)
      while let instant = nextWrite, instant <= nextDeed { write(at: nextDeed) }
      if nextList <= nextDeed {
        watcher.list(&target.cluster, provesWatches: true)
        nextList += betweenLists
      } else {
        watcher.collect(&target.cluster)
      }
      nextLook = nextDeed + (target.cluster.hasAPITrouble ? Self.betweenCloseLooks : Self.betweenLooks)
      plan()
    }
  }
}
