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
      faultCourses.append(FaultCourse())
      let begins = loadBegins + fault.begins
      if fault.trigger == nil {
        context.schedule(.faultBegins(index), at: begins)
        if let lasts = fault.lasts { context.schedule(.faultEnds(index), at: begins + lasts) }
      } else {
        context.schedule(.awaitFault(index), at: begins)
      }
    }
  }

  /// Why faults did not come to pass as they were declared, as it stands at the end.
  package var faultProblems: [String] {
    faults.indices.compactMap { index in
      let fault = faults[index]
      let course = faultCourses[index]
      let unmet: String? =
        course.began != nil
        ? nil
        : fault.trigger.map { "\"\($0.words)\" never came true" } ?? "the run ended before it was to begin"
      guard let problem = course.problem ?? unmet else { return nil }
      return fault.title.isEmpty ? problem : "\(fault.title): \(problem)"
    }
  }

  /// From now on a fault begins as soon as its condition is met.
  mutating func awaitFault(_ index: Int) {
    guard let trigger = faults[index].trigger else { return }
    context.disturbances.awaited.append(AwaitedFault(index: index, trigger: trigger))
    considerFaults()
  }

  /// Says that the condition of a fault is met that the cluster does not see; it begins now, or when it is waited for.
  package mutating func meet(fault index: Int) {
    context.disturbances.told.insert(index)
    considerFaults()
  }

  /// Begins the faults whose conditions are met now.
  mutating func considerFaults() {
    var met: [Int] = []
    for place in context.disturbances.awaited.indices {
      let index = context.disturbances.awaited[place].index
      guard let watched = context.disturbances.awaited[place].watched else {
        if context.disturbances.told.contains(index) { met.append(index) }
        continue
      }
      let workload = context.store[watched.kind, watched.key]?.workload
      if context.disturbances.awaited[place].watched?.watch.see(workload, at: context.now) ?? false {
        met.append(index)
      } else if let due = context.disturbances.awaited[place].watched?.watch.due {
        context.schedule(.considerFaults, at: max(due, context.now))
      }
    }
    context.disturbances.awaited.removeAll { met.contains($0.index) }
    for index in met {
      beginFault(index)
      if let lasts = faults[index].lasts { context.schedule(.faultEnds(index), after: lasts) }
    }
  }

  private var loadTime: Duration { context.now - (context.disturbances.loadBegan ?? .zero) }

  mutating func beginFault(_ index: Int) {
    context.disturbances.current.insert(index)
    faultCourses[index].began = loadTime
    if faults[index].isInstant { faultCourses[index].ended = loadTime }
    switch faults[index].kind {
    case .write(let request):
      if let problem = respond(to: request).problem {
        faultCourses[index].problem = "the API refuses the write: \(problem)"
      }
    case .machineLost(let number):
      if dataPlane.machines.indices.contains(number - 1), !dataPlane.machines[number - 1].isGone {
        dataPlane.lose(machine: number - 1, in: &context)
      } else {
        faultCourses[index].problem = "there is no node \(number) then that could be lost"
      }
    case .watchesDropped(let resources, let every): cutWatches(index, resources, every: every)
    case .watchesSilent(let resources): silenceWatches(index, resources)
    default: act(on: faults[index].kind)
    }
  }

  /// Cuts watches once more, if the fault still lasts.
  mutating func repeatCut(_ index: Int) {
    guard context.disturbances.current.contains(index),
      case .watchesDropped(let resources, let every) = faults[index].kind
    else { return }
    cutWatches(index, resources, every: every)
  }

  mutating func endFault(_ index: Int) {
    context.disturbances.current.remove(index)
    faultCourses[index].ended = loadTime
    switch faults[index].kind {
    case .machineLost(let number):
      // Another fault may hold it still.
      let isHeld = context.disturbances.current.contains { faults[$0].kind == .machineLost(number) }
      if !isHeld { dataPlane.find(machine: number - 1, in: &context) }
    case .watchesSilent: endSilence(index)
    default: act(on: faults[index].kind)
    }
  }

  /// Sets what a kind of fault is about to what all that have begun and not ended make of it.
  private mutating func act(on kind: Fault.Kind) {
    let current = context.disturbances.current.sorted().map { faults[$0].kind }
    switch kind {
    case .application: changeApplications(current)
    case .resourceMetricsMissing: metricsAPIFails = current.contains(kind)
    case .metricsAPIMissing:
      metrics.custom.down = Set(current.compactMap { if case .metricsAPIMissing(let api) = $0 { api } else { nil } })
      noteMetricsAPIs()
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
    // What the API answers is asked for each request.
    case .apiErrors, .watchesDropped, .watchesSilent, .machineLost, .write: break
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
  /// Why a request was refused, `403: …`; `nil` when it was not.
  package var problem: String? {
    switch self {
    case .object(let status, let object) where status >= 300: "\(status): " + (object["message"]?.string ?? "")
    case .text(let status, let text) where status >= 300: "\(status): " + text
    case .later(_, let answer): answer.problem
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
    runtimes[id]?.load.become(application, at: context.wall)
    if application.crashesAfter != before.crashesAfter, let crash = application.crashesAfter,
      let runtime = runtimes[id], runtime.isRunning, let startedAt = runtime.startedAt
    {
      context.schedule(.crash(runtime.run), at: max(context.now, startedAt + crash))
    }
    planProbes(of: id, in: &context)
  }
}
