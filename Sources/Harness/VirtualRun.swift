import ApplicationNature
import ClientRules
import ClusterActions
import ClusterObservation
import KubernetesClient
import KubernetesObjects
import LoadDriving
import LoadFacts
import LoadGeneration
import Profiles
import RunTimeline
import SimulatedCluster
import SimulatedLoad
import Units

/// The run of a profile in virtual time: from its files to all that is to be recorded of it, without a socket.
///
/// It goes as on the wall clock: the workload comes to rest, everything is listed, the load begins.
struct VirtualRun {
  /// Wall time that a request to the API takes one way, as between two processes of one machine.
  private static let latency = Duration.milliseconds(5)
  /// Wall time between the first list of everything and the begin of the load.
  private static let lead = Duration.milliseconds(300)
  /// Cluster time that the workload has for coming to rest.
  private static let settling = Duration.seconds(300)

  private let loaded: LoadedProfile
  private let version: ProgramVersion
  private let reference: ClusterReference
  private let planning: LoadPlanning
  private let plan: LoadPlan
  private let schedule: RunSchedule
  /// As the manifests make it.
  private let cluster: ClusterSimulation
  private let faults: [Fault]

  private let rhythm: Rhythm

  /// When things come about that nobody chooses: the load begins at some moment of the control plane's rhythms.
  struct Rhythm: Sendable, Equatable {
    /// How much later than usual the load begins. Cluster time.
    var lead: Duration = .zero
    /// Cluster time of the first measurement of pods; `nil` for the usual one.
    var firstMeasurement: Duration?
  }

  /// Checks all that a run needs.
  ///
  /// - Throws: ``HarnessError`` when the profile is for a real cluster, or expects what a simulated one does not have.
  init(
    _ loaded: LoadedProfile, version: ProgramVersion, environment: [String: String], rhythm: Rhythm = Rhythm()
  ) throws(HarnessError) {
    self.rhythm = rhythm
    let profile = loaded.profile
    guard let reference = profile.cluster, case .simulated(let simulation) = reference.kind else {
      throw HarnessError(
        .refused,
        "\(profile.source): cluster.simulated: only a simulated cluster can be run in virtual time: name its manifests "
          + "under cluster.simulated")
    }
    if let action = profile.actions.first(where: \.runsProgram) {
      throw HarnessError(
        .refused,
        "\(profile.source): the action \(action.name) runs a program, which needs a cluster that it can reach: use "
          + "scaleproof run, or say what it does with apply or rollout")
    }
    for request in profile.requests where !request.checks.isEmpty {
      throw HarnessError(
        .refused,
        "\(profile.source): the request \(request.name) expects more of an answer than its status, and answers in virtual "
          + "time have no body and no headers that are checked: expect the status only, or use scaleproof run")
    }
    self.loaded = loaded
    self.version = version
    self.reference = reference
    planning = LoadPlanning(
      profile: profile, files: loaded.files, timeScale: simulation.timeScale, environment: environment)
    var plan = try planning.plan(connectTo: nil)
    // One thread, so one worker with all that the plan allows.
    plan.workers = 1
    self.plan = plan
    schedule = RunSchedule(profile: profile)
    cluster = try SimulatedWorld.cluster(loaded, simulation, firstMeasurement: rhythm.firstMeasurement)
    faults = try SimulatedWorld.faults(
      of: profile, simulation, namespace: reference.namespace ?? cluster.mainNamespace)
    let problems = WorkloadNames(profile: profile).problemsOfAutoscalers(in: loaded.manifests)
    guard problems.isEmpty else { throw HarnessError(.refused, problems) }
    if let problem = SimulatedWorld.targetProblem(of: loaded, cluster) { throw HarnessError(.unreachable, problem) }
  }

  /// What there is of a run beside its recording: what really happened.
  struct Played: Sendable {
    let run: FinishedRun
    /// As it was at the end, with all that it keeps of what happened in it.
    let cluster: ClusterSimulation
    /// Cluster time at run time zero.
    let origin: Duration
    /// `nil` where that was not to be kept.
    let served: ServedRequests?
  }

  /// - Throws: ``HarnessError`` when the workload does not come to rest.
  func execute() throws(HarnessError) -> FinishedRun { try play().run }

  /// The cluster as the load begins, who watches it, and cluster time at run time zero.
  private func begun() throws(HarnessError) -> (ClusterSimulation, ClusterWatcher, origin: Duration) {
    let unreadable = try checkRights()
    var cluster = try rested()
    cluster.advance(to: cluster.now + rhythm.lead)
    let origin = cluster.now + Self.lead * planning.timeScale
    var scope = ObservationScope(of: reference.workloads.all)
    for resource in unreadable { scope.cannotRead(resource) }
    let observed =
      ClusterObserver.resources(of: reference.workloads.kinds) + loaded.profile.judgedConfigs.map(\.resource)
    var watcher = ClusterWatcher(
      of: observed.filter { !unreadable.contains($0) }, scope: scope, namespace: namespace,
      latency: Self.latency * planning.timeScale, origin: origin)
    watcher.list(&cluster)
    cluster.plan(faults, loadBegins: origin)
    cluster.advance(to: origin)
    return (cluster, watcher, origin)
  }

  /// - Parameter keepsRequests: whether what became of each request is kept.
  /// - Throws: ``HarnessError`` when the workload does not come to rest.
  func play(keepsRequests: Bool = false) throws(HarnessError) -> Played {
    let profile = loaded.profile
    let (cluster, watcher, origin) = try begun()
    let startedAt = cluster.preciseDate

    let addresses = RequestAddresses(plan: plan)
    let stop = VirtualStop()
    var conditions = ErrorConditionWatch(profile: profile, schedule: schedule, timeScale: planning.timeScale)
    let told = ToldConditions(awaited: conditions.waiting.count)
    let target = ObservedTarget(
      ClusterTarget(
        cluster,
        reading: ClusterTarget.ReadHeaders(
          pod: plan.podHeader?.lowercased() == "x-pod", version: plan.versionHeader?.lowercased() == "x-version"),
        settledRoutes: addresses.settledRoutes, requests: ClusterTarget.ReadRequests(addresses)),
      watcher: watcher, betweenLists: ClusterObserver.relistInterval(timeScale: planning.timeScale).nanoseconds,
      actions: virtualActions.map(\.action), startedAt: startedAt, stop: stop, told: told, keepsRequests: keepsRequests)
    let rotations: [RouteRotation]
    do {
      rotations = try plan.rotations()
    } catch {
      throw HarnessError(.refused, "\(profile.source): \(error)")
    }
    var load: [LoadSnapshot] = []
    var stopRules = StopRuleWatch(rules: profile.abortOn, timeScale: planning.timeScale)
    var breach: (text: String, at: Duration)?
    let ending = SimulatedRun(
      plan.share(of: 0, rotations: rotations, start: 0), naming: plan.naming, address: "simulated", target: target,
      stop: stop
    ).execute { snapshot, end in
      load.append(snapshot)
      for met in conditions.add(snapshot.intervals, snapshot.generator, now: end) { tell(met, to: told) }
      if breach == nil, let found = stopRules.add(snapshot.intervals, snapshot.generator, now: end) {
        breach = (found.text, end)
      }
      return breach != nil
    }

    let actions = actions(ending.actions)
    if breach == nil, let failure = ending.failure {
      let problem = actions[failure.action].problem ?? ""
      breach = (schedule.actions[failure.action].action.failure(problem), failure.at)
    }
    var run = description(startedAt: startedAt)
    run.endedAt = ending.endedAt
    run.endReason = breach == nil ? .completed : .aborted
    run.endDetail = breach?.text
    let finished = FinishedRun(
      run: run, phases: phases(until: breach?.at ?? ending.loadEnded), actions: actions,
      faults: SimulatedWorld.faults(of: profile, ending.faultCourses), load: load, observations: ending.observations,
      clock: ServerClock(runStart: startedAt, offset: .zero ... .zero),
      faultProblems: ending.faultProblems)
    return Played(run: finished, cluster: ending.cluster, origin: origin, served: ending.served)
  }
}

extension ClusterTarget.ReadRequests {
  /// - Parameter addresses: of the plan of a load.
  convenience init(_ addresses: RequestAddresses) {
    self.init(
      header: { addresses.header($0, of: $1) }, bodyLength: { addresses.bodyLength(of: $0) },
      destination: { request in
        let (host, target) = addresses.address(of: request)
        return IngressDestination(
          host: host, target: target, method: addresses.method(of: request), isSecure: addresses.isSecure,
          longestBody: addresses.longestBody(of: request))
      })
  }
}

// The cluster.
extension VirtualRun {
  /// Asks for the rights of whom the run acts as, as a run on the wall clock does.
  /// - Returns: the resources that cannot be read, and that the run can do without.
  private func checkRights() throws(HarnessError) -> [ResourceType] {
    guard case .simulated(let simulation) = reference.kind, let user = simulation.user else { return [] }
    let profile = loaded.profile
    let rights = NeededRights(
      cluster: clusterDescription, actions: profile.actions, configs: profile.judgedConfigs)
    let findings = rights.findings(of: user, in: cluster)
    guard rights.areMissing(in: findings) else {
      for line in rights.regrets(in: findings, user: user) { StandardOutput.complain("note: \(line)") }
      return rights.unreadable(in: findings)
    }
    throw HarnessError(.refused, rights.complaint(about: findings, user: user))
  }

  private var clusterDescription: ClusterDescription {
    ClusterDescription(
      context: "simulated", namespace: namespace, workloads: reference.workloads,
      serverVersion: ClusterSimulation.version)
  }

  /// How many requests a wall second cost one pod as much CPU as it requests; `nil` where it requests none, or several workloads
  /// or services share the load.
  var requestsPerPod: Double? {
    let workloads = reference.workloads.all
    // Requests to another service cost its pods nothing.
    guard workloads.count == 1, cluster.objects(.service).count == 1,
      let workload = try? workload(workloads[0].reference, in: cluster)
    else { return nil }
    let requests = (workload.template.spec.containers ?? []).map { $0.resources?.requests?["cpu"]?.quantity.milli ?? 0 }
    let cost = cluster.workload.application.cpuPerRequest.seconds
    let requested = Double(requests.reduce(0, +)) / 1000
    return requested > 0 && cost > 0 ? requested / cost : nil
  }

  private var namespace: String { reference.namespace ?? cluster.mainNamespace }

  /// The cluster when its workloads have come to rest.
  private func rested() throws(HarnessError) -> ClusterSimulation {
    var cluster = cluster
    cluster.advance(to: ClusterSimulation.warmUp)
    while let wait = try unsteady(in: cluster) {
      guard cluster.now - ClusterSimulation.warmUp < Self.settling else {
        throw HarnessError(
          .refused,
          wait.refusal(
            limit: Self.settling, events: cluster.objects(.event, namespace: namespace).compactMap(\.event),
            advice: "serve the manifests with scaleproof cluster, and see why with kubectl"))
      }
      cluster.advance(to: cluster.now + .seconds(1))
    }
    return cluster
  }

  /// What the first workload that is not at rest waits for.
  private func unsteady(in cluster: ClusterSimulation) throws(HarnessError) -> SteadyWait? {
    for watched in reference.workloads.all {
      let wait = SteadyWait(try workload(watched.reference, in: cluster))
      if !wait.isSteady { return wait }
    }
    return nil
  }

  private func workload(_ reference: WorkloadReference, in cluster: ClusterSimulation) throws(HarnessError) -> Workload
  {
    guard
      let kind = ClusterKind.allCases.first(where: { $0.resource == reference.kind.resource }),
      let object = cluster.object(kind, namespace: namespace, name: reference.name)
    else {
      throw HarnessError(.refused, "\(reference.text): not found in the namespace \(namespace) of the manifests")
    }
    do {
      return try Workload(reference.kind, json: object.json().json())
    } catch {
      throw HarnessError(.defect, "\(reference.text): it cannot be read: \(error)")
    }
  }
}

// The recording.
extension VirtualRun {
  /// The actions of the profile that have a workload to be done to, in their order, each with its number in the schedule.
  private var virtualActions: [(number: Int, action: VirtualAction)] {
    schedule.actions.enumerated().compactMap { number, planned in
      let action = planned.action
      guard let workload = reference.workloads.named(action.workload)?.reference else { return nil }
      let limit = action.when.flatMap { condition in
        action.latestBegin(at: planned.at).map { latest in
          ((latest / planning.timeScale).nanoseconds, action.lateness(of: condition))
        }
      }
      let virtual = VirtualAction(
        ActionCourse(action.kind, of: workload, namespace: namespace),
        begins: (planned.at / planning.timeScale).nanoseconds, trigger: trigger(of: action, workload), limit: limit,
        endsRunOnError: action.endsRunOnError)
      return (number, virtual)
    }
  }

  private func trigger(of action: PlannedAction, _ workload: WorkloadReference) -> VirtualAction.Trigger? {
    switch action.when {
    case nil: nil
    case .errors: .told
    case .workload(let condition):
      ClusterKind.allCases.first { $0.resource == workload.kind.resource }.map {
        .workload(ConditionWatch(condition), of: $0, namespace: namespace, name: workload.name)
      }
    }
  }

  /// Has begin what waited for a condition on the load.
  private func tell(_ met: ErrorConditionWatch.Waiting, to told: ToldConditions) {
    switch met {
    case .fault(let number): told.meet(fault: number)
    case .action(let number):
      if let place = virtualActions.firstIndex(where: { $0.number == number }) { told.meet(action: place) }
    }
  }

  private func actions(_ done: [VirtualAction]) -> [ActionSpan] {
    var done = done[...]
    return schedule.actions.map { action, at in
      var span = action.span(at: at)
      guard reference.workloads.named(action.workload) != nil else {
        span.problem = "the profile names no such workload"
        return span
      }
      guard let came = done.popFirst() else { return span }
      span.requests = came.requests.map {
        ActionSpan.Request(
          line: $0.line, sent: runTime($0.sent), answered: runTime($0.answered), problem: $0.problem)
      }
      let writes = came.requests.filter(\.isWrite)
      // One that was asked to be sent again is of the time at which it was sent last.
      span.sent = (writes.first { $0.problem == nil } ?? writes.last ?? came.requests.last).map { runTime($0.sent) }
      span.answered = (writes.last ?? came.requests.last).map { runTime($0.answered) }
      if case .wait = action.kind, let ended = came.waited { (span.sent, span.answered) = (at, runTime(ended)) }
      span.generation = came.generation
      span.effect = action.effect(from: came.generationBefore, to: came.generation) ?? span.effect
      span.problem = came.problem
      if came.unmet, let condition = action.when { span.problem = "\"\(condition)\" never came true" }
      if case .pods = span.effect { span.effect = .pods(came.pods) }
      return span
    }
  }

  private func runTime(_ instant: Int64) -> Duration { .nanoseconds(instant) * planning.timeScale }

  private func phases(until end: Duration) -> [PhaseSpan] {
    schedule.phases.map { phase in
      guard phase.plannedStart < end else { return phase }
      var phase = phase
      phase.start = phase.plannedStart
      phase.end = min(phase.plannedEnd, end)
      return phase
    }
  }

  private func description(startedAt: KubernetesTime) -> RunDescription {
    let profile = loaded.profile
    return RunDescription(
      name: profile.name, toolVersion: version.description, profileText: loaded.recordedText,
      profileSource: profile.source, startedAt: startedAt, timeScale: planning.timeScale,
      cluster: clusterDescription,
      environment: [
        RunDescription.clock: "virtual: no request left this process", "seed": "\(profile.load.seed)",
        "arrivals": profile.load.streams.map(\.model.word).joined(separator: ", "), "workers": "1",
        "target": profile.target.url,
      ].merging(SimulatedWorld.summary(of: profile).map { ["faults": $0] } ?? [:]) { $1 })
  }
}
