package import LoadDriving
package import LoadFacts
package import RunTimeline
package import SimulatedCluster

/// A run in virtual time: load, cluster, observer and writes, each request by itself, on one thread and one clock that jumps.
///
/// Equal runs come to the same to the last bit.
package struct SimulatedRun {
  /// What there is to tell when it is over, beside the load.
  package struct Ending: Sendable {
    /// In the order in which they were received.
    package let observations: [Observation]
    /// In the order in which they were given.
    package let actions: [VirtualAction]
    /// Which of them has ended the load by its failure, and at which run time; `nil` where none has.
    package let failure: (action: Int, at: Duration)?
    /// What became of the faults that were planned, and why they did not come to pass as declared.
    package let faultCourses: [FaultCourse]
    package let faultProblems: [String]
    /// Run time at which the load ended.
    package let loadEnded: Duration
    /// Run time at which the last that was observed had come in.
    package let endedAt: Duration
    /// As it was then, with all that it keeps of what happened in it.
    package let cluster: ClusterSimulation
    /// What it did with each request; `nil` where the target was not to keep that.
    package let served: ServedRequests?
  }

  private let plan: WorkerPlan
  private let naming: FactNaming
  /// What connections are told under.
  private let address: String
  private let target: ObservedTarget
  private let stop: VirtualStop

  /// - Parameters:
  ///   - plan: of the only worker; its clock begins with the load.
  ///   - address: of the Ingress.
  ///   - stop: that of the target.
  package init(
    _ plan: WorkerPlan, naming: FactNaming, address: String, target: ObservedTarget, stop: VirtualStop
  ) {
    self.plan = plan
    self.naming = naming
    self.address = address
    self.target = target
    self.stop = stop
  }

  /// - Parameter onSnapshot: gets what was counted in each interval and its end, and says whether the load is to stop.
  package func execute(onSnapshot: @escaping (LoadSnapshot, Duration) -> Bool) -> Ending {
    var told = Duration.zero
    var used = ThreadUse()
    var conditions = VirtualConditions()
    conditions.stopSignal = stop
    var worker = LoadWorker(plan, over: VirtualTransport(to: target, at: plan.start, conditions)) {
      [naming, address, stop, plan] report in
      let end = naming.runTime(report.used.elapsed)
      var snapshot = report.counts(naming, during: told..<end) { _ in address }
      snapshot.merge(LoadSnapshot(generator: [report.standing(naming, during: told..<end, since: used)]))
      (told, used) = (end, report.used)
      let limited = snapshot.limited(failuresOfAnOutcome: plan.failureSamplesPerInterval).compacted()
      if onSnapshot(limited, end), !report.isLast { stop.set() }
      return Ledger()
    }
    worker.run()
    let ended = worker.transport.now
    var target = worker.transport.target
    let finished = target.finish(at: ended)
    return Ending(
      observations: target.watcher.observations, actions: target.actions,
      failure: target.failure.map { ($0.action, naming.runTime(.nanoseconds($0.instant - plan.start))) },
      faultCourses: target.cluster.faultCourses, faultProblems: target.cluster.faultProblems,
      loadEnded: naming.runTime(.nanoseconds(ended - plan.start)),
      endedAt: naming.runTime(.nanoseconds(finished - plan.start)), cluster: target.cluster, served: target.served)
  }
}
