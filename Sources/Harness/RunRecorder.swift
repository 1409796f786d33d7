import Arrivals
import ClusterActions
import ClusterObservation
import Curl
import Foundation
import KubernetesClient
import KubernetesObjects
import LoadFacts
import LoadGeneration
import Profiles
import RunRecording
import RunTimeline
import Synchronization
import Units

/// The three writers of a run side by side: load, observation and actions, all on one clock into one recording.
struct RunRecorder: Sendable {
  let output: RunOutput
  private let profile: Profile
  private let cluster: TargetCluster?
  private let generator: LoadGenerator
  /// How long an interval of the load is as a rule, in run time.
  private let intervalLength: Duration
  private let schedule: RunSchedule
  private let clock: RunClock
  private let writer: RecordingWriter
  private let progress: RunProgress
  private let observer: ClusterObserver?
  private let view: LiveView
  private let stopping: StopState

  /// What the load is watched for, the actions that may end the run, and what became of them.
  private final class StopState: Sendable {
    struct Value {
      var watch: StopRuleWatch
      var conditions: ErrorConditionWatch
      /// Why the run is ended early.
      var reason: String?
      var at: Duration?
      /// What is to be put back, by the positions of the actions that changed it.
      var changes: [Int: [ChangedObject]] = [:]
      /// What programs found before they changed it, by action.
      var releases: [Int: ActionRunner.ReleaseBefore] = [:]
    }

    private let value: Mutex<Value>

    init(_ watch: StopRuleWatch, _ conditions: ErrorConditionWatch) {
      value = Mutex(Value(watch: watch, conditions: conditions))
    }

    func withLock<Result: Sendable>(_ body: (inout sending Value) -> sending Result) -> Result { value.withLock(body) }
  }

  /// Opens the recording and fixes run time zero, a moment from now.
  init(
    loaded: LoadedProfile, cluster: TargetCluster?, planning: LoadPlanning, proxy: Proxy?,
    generator: LoadGenerator, certificate: ServerCertificate?, output: RunOutput, style: LiveView.Style,
    version: ProgramVersion
  ) async throws {
    self.output = output
    self.cluster = cluster
    self.generator = generator
    profile = loaded.profile
    schedule = RunSchedule(profile: profile)
    let timeScale = planning.timeScale
    stopping = StopState(
      StopRuleWatch(rules: profile.abortOn, timeScale: timeScale),
      ErrorConditionWatch(profile: profile, schedule: schedule, timeScale: timeScale))
    intervalLength = planning.countingIntervals.length

    let observed = try await ObservedRun(
      cluster, configs: loaded.profile.judgedConfigs, timeScale: timeScale, output: output,
      collectsNews: style == .jsonLines
    ) { zero in
      var run = Self.description(
        of: loaded, cluster: cluster, startedAt: zero, timeScale: timeScale, version: version)
      if let certificate { run.describe(certificate, at: zero) }
      if let proxy { run.environment["proxy"] = proxy.description }
      return run
    }
    (clock, writer, progress, observer) = (observed.clock, observed.writer, observed.progress, observed.observer)
    view = LiveView(
      style: style, progress: progress, clock: clock, phases: schedule.phases, end: schedule.loadEnd)
    if style == .jsonLines {
      JSONLines.write(
        JSONLines.startLine(
          run: observed.run, phases: schedule.phases, end: schedule.loadEnd, recording: output.recording))
    }
  }

  private static func description(
    of loaded: LoadedProfile, cluster: TargetCluster?, startedAt: KubernetesTime, timeScale: Double,
    version: ProgramVersion
  ) -> RunDescription {
    RunDescription(
      name: loaded.profile.name, toolVersion: version.description, profileText: loaded.recordedText,
      profileSource: loaded.profile.source, startedAt: startedAt, timeScale: timeScale,
      cluster: cluster?.description,
      environment: [
        "libcurl": CurlGlobal.version.libcurl, "TLS": CurlGlobal.version.tls, "seed": "\(loaded.profile.load.seed)",
        "arrivals": loaded.profile.load.streams.map(\.model.word).joined(separator: ", "),
        "workers": "\(loaded.profile.load.workers ?? 1)",
        "target": loaded.profile.target.url,
      ].merging(SimulatedWorld.summary(of: loaded.profile).map { ["faults": $0] } ?? [:]) { $1 })
  }

  /// Records until the load has ended, by its plan or by the stop signal.
  ///
  /// - Throws: ``HarnessError`` with the status `untrusted` when the generator or the recording failed.
  func record(stop: StopSignal, interruption: Interruption) async throws(HarnessError) {
    await cluster?.planFaults(loadBegins: clock.origin)
    let phases = PhaseLog(schedule.phases, writer: writer)
    let actions = ActionLog(schedule.actions, writer: writer)
    let faults = cluster?.isSimulated ?? false ? SimulatedWorld.plannedFaults(of: profile) : []
    if !faults.isEmpty { writer.set(faults: faults) }
    let failure = await withTaskGroup(of: Void.self, returning: (any Error)?.self) { group in
      if let observer { group.addTask { await observer.run(onReady: {}) } }
      group.addTask { await view.run(interruption) }
      group.addTask { await followPhases(phases, until: stop) }
      if let cluster {
        for index in schedule.actions.indices {
          group.addTask { await carryOut(index, on: cluster, log: actions, unless: stop) }
        }
        for case .fault(let index) in stopping.withLock({ $0.conditions.waiting }) where cluster.isSimulated {
          group.addTask { if await comesTrue(.fault(index)) { await cluster.meet(fault: index) } }
        }
      }
      let failure = await load(stop: stop)
      await observer?.listAll()
      if let (courses, problems) = await cluster?.faultCourses() {
        if !courses.isEmpty { writer.set(faults: SimulatedWorld.faults(of: profile, courses)) }
        for problem in problems {
          StandardOutput.complain("warning: a declared fault did not come to pass: \(problem)")
        }
      }
      group.cancelAll()
      return failure
    }
    // A run that is ended before it begins has no time of its own.
    let endedAt = max(clock.runTime(of: .now), .zero)
    // After a signal nothing more is offered, while answers may still be waited for.
    let stopped = interruption.requestedAt.map(clock.runTime(of:)) ?? stopping.withLock { $0.at }
    phases.close(at: max(stopped ?? endedAt, .zero))
    let cause = stopping.withLock { $0.reason }
    let reason: EndReason =
      failure != nil ? .failed : interruption.requested ? .interrupted : cause != nil ? .aborted : .completed
    await putBack()
    do {
      try writer.finish(endedAt: endedAt, reason: reason, detail: reason == .aborted ? cause : nil)
    } catch {
      throw HarnessError(.untrusted, "\(output.recording): the recording is not complete: \(error)")
    }
    if let failure { throw HarnessError(.untrusted, "the load generator failed: \(failure)") }
  }

  /// Whether a condition on the load has come true; otherwise whoever waited is not there any more, or it is too late.
  ///
  /// - Parameter limit: run time until which it is waited for; `nil` for the end of the run.
  private func comesTrue(_ waiting: ErrorConditionWatch.Waiting, until limit: Duration? = nil) async -> Bool {
    while stopping.withLock({ $0.conditions.waiting.contains(waiting) }) {
      if let limit, clock.runTime(of: .now) >= limit { return false }
      guard (try? await Task.sleep(for: .milliseconds(50))) != nil else { return false }
    }
    return true
  }

  /// Has begin what waits for a condition, and ends the load when a stop rule is broken.
  private func judge(_ snapshot: LoadSnapshot, at now: Duration, stop: StopSignal) {
    let breach = stopping.withLock { state in
      _ = state.conditions.add(snapshot.intervals, snapshot.generator, now: now)
      return state.reason == nil ? state.watch.add(snapshot.intervals, snapshot.generator, now: now)?.text : nil
    }
    if let breach { end(for: breach, at: now, stop: stop) }
  }

  /// Ends the load early.
  private func end(for reason: String, at now: Duration, stop: StopSignal) {
    let isFirst = stopping.withLock { state in
      guard state.reason == nil else { return false }
      (state.reason, state.at) = (reason, now)
      return true
    }
    guard isFirst else { return }
    progress.stopping(reason, at: now)
    stop.stop()
  }

  /// Makes what actions changed again what it was, where they say so.
  private func putBack() async {
    let changes = stopping.withLock { $0.changes }.sorted { $0.key < $1.key }.flatMap(\.value)
    let releases = stopping.withLock { $0.releases }.sorted { $0.key < $1.key }.map(\.value)
    guard let cluster, !changes.isEmpty || !releases.isEmpty else { return }
    let runner = runner(on: cluster)
    let problems = await runner.putBack(changes) + runner.takeBack(releases)
    for problem in problems { StandardOutput.complain("warning: cleanup: \(problem)") }
    let done = changes.count + releases.count - problems.count
    if done > 0 { StandardOutput.complain("note: cleanup: \(done) change\(done == 1 ? "" : "s") put back") }
  }

  private func load(stop: StopSignal) async -> (any Error)? {
    do {
      _ = try await generator.run(start: clock.origin, stop: stop) { snapshot in
        writer.append(load: snapshot.intervals)
        writer.append(failures: snapshot.failures)
        writer.append(connections: snapshot.connections)
        // What is left when the load has ended is too short to say anything.
        writer.append(
          generator: snapshot.generator.filter {
            !$0.lateness.isEmpty || $0.end - $0.start > intervalLength / 10
          })
        progress.add(snapshot.intervals)
        for sample in snapshot.generator { progress.add(sample) }
        if !stop.isStopped, let end = snapshot.generator.map(\.end).max() { judge(snapshot, at: end, stop: stop) }
        // A recording that cannot be written is no reason to go on with load that nobody will see.
        if !writer.isHealthy { stop.stop() }
      }
      return nil
    } catch {
      return error
    }
  }

  private func followPhases(_ log: PhaseLog, until stop: StopSignal) async {
    for index in schedule.phases.indices {
      do {
        try await Task.sleep(until: clock.instant(at: schedule.phases[index].plannedStart), clock: .continuous)
      } catch {
        return
      }
      if stop.isStopped { return }
      log.begin(index)
    }
  }

  private func runner(on cluster: TargetCluster) -> ActionRunner {
    ActionRunner(
      client: cluster.client, cluster: cluster.description, clock: clock,
      commands: cluster.commands.map { CommandRunner(access: $0) })
  }

  private func carryOut(_ index: Int, on cluster: TargetCluster, log: ActionLog, unless stop: StopSignal) async {
    let (action, at) = schedule.actions[index]
    do {
      try await Task.sleep(until: clock.instant(at: at), clock: .continuous)
    } catch {
      return
    }
    if stop.isStopped { return }
    guard let workload = cluster.description.workloads.named(action.workload) else {
      return log.update(index) { $0.problem = "the profile names no such workload" }
    }
    let runner = runner(on: cluster)
    guard await isDue(index, for: workload.reference, by: runner, log: log, unless: stop) else { return }
    let begins = clock.runTime(of: .now)
    if case .wait = action.kind { log.update(index) { ($0.sent, $0.answered) = (at, begins) } }
    progress.note("action \(action.name): \(action.kind.words)", at: begins)
    do {
      if case .exec(let command) = action.kind {
        try await runner.carryOut(command, of: workload.reference) {
          log.update(index, $0)
        } keep: { before in
          if action.isPutBack { stopping.withLock { $0.releases[index] = before } }
        }
      } else {
        try await runner.carryOut(action, of: workload.reference) {
          log.update(index, $0)
        } keep: { changes in
          stopping.withLock { $0.changes[index] = changes }
        }
      }
    } catch is CancellationError {
      log.update(index) { $0.problem = "the run ended before it was done" }
    } catch {
      let ended = clock.runTime(of: .now)
      log.update(index) {
        $0.sent = $0.sent ?? begins
        $0.answered = ended
        $0.problem = "\(error)"
      }
      fail(action, because: "\(error)", at: ended, stop: stop)
    }
  }

  /// Waits for the condition of an action, where it has one. What it waited for in vain is noted.
  private func isDue(
    _ index: Int, for workload: WorkloadReference, by runner: ActionRunner, log: ActionLog, unless stop: StopSignal
  ) async -> Bool {
    let (action, at) = schedule.actions[index]
    guard let condition = action.when else { return true }
    let limit = action.latestBegin(at: at)
    let cameTrue =
      switch condition {
      case .errors: await comesTrue(.action(index), until: limit)
      case .workload(let condition): await runner.wait(for: condition, of: workload, until: limit)
      }
    if cameTrue, !stop.isStopped { return true }
    let now = clock.runTime(of: .now)
    let isLate = !stop.isStopped && limit.map { now >= $0 } ?? false
    let problem = isLate ? action.lateness(of: condition) : "\"\(condition)\" never came true"
    log.update(index) {
      $0.problem = $0.problem ?? problem
      if isLate { ($0.sent, $0.answered) = (at, now) }
    }
    if isLate { fail(action, because: problem, at: now, stop: stop) }
    return false
  }

  private func fail(_ action: PlannedAction, because problem: String, at now: Duration, stop: StopSignal) {
    let failure = action.failure(problem)
    progress.note(failure, at: now)
    if action.endsRunOnError { end(for: failure, at: now, stop: stop) }
  }
}

extension RunDescription {
  /// Notes whom the certificate of the target is for, and when it expires.
  fileprivate mutating func describe(_ certificate: ServerCertificate, at now: KubernetesTime) {
    let expires = KubernetesTime(seconds: Int64(certificate.expires))
    let days = (certificate.expires - Double(now.microseconds) / 1e6) / 86_400
    environment["certificateExpires"] = expires.description
    environment["certificate"] =
      "\(certificate.subject), expires \(expires.description) (in \(Int(days.rounded(.down))) days)"
  }
}
