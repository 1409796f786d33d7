import ApplicationNature
import KubernetesObjects
import Units

extension ClusterSimulation {
  /// Has faults come to pass; times of faults, and of metrics that depend on time, are counted from here.
  ///
  /// - Parameter loadBegins: cluster time, now or later.
  package mutating func plan(_ faults: [Fault], loadBegins: Duration) {
    context.disturbances.loadBegan = loadBegins
    for fault in faults {
      let index = self.faults.count
      self.faults.append(fault)
      context.schedule(.faultBegins(index), at: loadBegins + fault.begins)
      if let lasts = fault.lasts { context.schedule(.faultEnds(index), at: loadBegins + fault.begins + lasts) }
    }
  }

  mutating func beginFault(_ index: Int) {
    context.disturbances.current.insert(index)
    switch faults[index].kind {
    case .write(let request):
      if let problem = respond(to: request).problem { faultProblems.append("the API refuses the write: \(problem)") }
    case .machineLost(let number):
      if dataPlane.machines.indices.contains(number - 1) {
        dataPlane.lose(machine: number - 1, in: &context)
      } else {
        faultProblems.append("there is no node \(number) yet that could be lost")
      }
    default: act(on: faults[index].kind)
    }
  }

  mutating func endFault(_ index: Int) {
    context.disturbances.current.remove(index)
    switch faults[index].kind {
    case .machineLost(let number):
      // Another fault may hold it still.
      let isHeld = context.disturbances.current.contains { faults[$0].kind == .machineLost(number) }
      if !isHeld { dataPlane.find(machine: number - 1, in: &context) }
    default: act(on: faults[index].kind)
    }
  }

  /// Sets what a kind of fault is about to what all that have begun and not ended make of it.
  private mutating func act(on kind: Fault.Kind) {
    let current = context.disturbances.current.sorted().map { faults[$0].kind }
    switch kind {
    case .application: changeApplications(current)
    case .resourceMetricsMissing: metrics.isServed = !current.contains(kind)
    case .metricMissing:
      context.disturbances.missingMetrics = Set(
        current.compactMap { if case .metricMissing(let name) = $0 { name } else { nil } })
    case .metricsStale: context.disturbances.metricsAreStale = current.contains(kind)
    case .endpointDelay:
      context.disturbances.endpointDelay =
        current.compactMap {
          if case .endpointDelay(let delay) = $0 { delay } else { nil }
        }.last
    case .controllersDown:
      if current.contains(kind) { stopControllers() } else { startControllers() }
    case .machineLost, .write: break
    }
  }

  private mutating func changeApplications(_ kinds: [Fault.Kind]) {
    dataPlane.changes = kinds.compactMap {
      if case .application(let change, let version) = $0 { (change, version) } else { nil }
    }
    for id in dataPlane.runtimes.keys { dataPlane.changeApplication(of: id, in: &context) }
  }
}

extension APIAnswer {
  /// Why a write was refused; `nil` when it was not.
  var problem: String? {
    switch self {
    case .object(let status, let object) where status >= 300: "\(status): " + (object["message"]?.string ?? "")
    case .text(let status, let text) where status >= 300: "\(status): " + text
    default: nil
    }
  }
}

extension DataPlane {
  /// What an application of a version is like now.
  func application(version: String, of workload: SimulatedWorkload) -> Application {
    changes.filter { $0.version == nil || $0.version == version }
      .reduce(workload.application(version: version)) { $1.change.applied(to: $0) }
  }

  mutating func changeApplication(of id: PodID, in context: inout ControllerContext) {
    guard let before = runtimes[id]?.application, let version = runtimes[id]?.version else { return }
    let application = application(version: version, of: context.workload)
    guard application != before else { return }
    settleOfferedLoad(at: context.wall)
    runtimes[id]?.application = application
    runtimes[id]?.load.cost = application.cpuPerRequest.seconds
    runtimes[id]?.load.queueLimit = application.queueLimit
    if application.crashesAfter != before.crashesAfter, let crash = application.crashesAfter,
      let runtime = runtimes[id], runtime.isRunning, let startedAt = runtime.startedAt
    {
      context.schedule(.crash(runtime.run), at: max(context.now, startedAt + crash))
    }
    planProbes(of: id, in: &context)
  }
}
