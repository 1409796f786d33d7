import ClusterObservation
import KubernetesObjects
import Profiles
import RunRecording
import RunTimeline
import Units

/// Records what a cluster does, as a run does, without load and without actions.
struct ClusterRecorder: Sendable {
  let output: RunOutput
  private let observed: ObservedRun
  private let view: LiveView
  private let phase: PhaseSpan
  /// `nil` records until Ctrl-C.
  private let length: Duration?

  init(
    loaded: LoadedProfile, cluster: TargetCluster, length: Duration?, output: RunOutput, style: LiveView.Style,
    version: ProgramVersion
  ) async throws(HarnessError) {
    self.output = output
    self.length = length
    observed = try await ObservedRun(
      cluster, configs: loaded.profile.judgedConfigs, timeScale: cluster.timeScale, output: output,
      collectsNews: style == .jsonLines
    ) {
      zero in
      RunDescription(
        name: loaded.profile.name, toolVersion: version.description, profileText: loaded.recordedText,
        profileSource: loaded.profile.source, startedAt: zero, timeScale: cluster.timeScale,
        cluster: cluster.description, environment: ["load": "none: recorded without load"])
    }
    // No rate: it is a stretch of time and nothing more.
    phase = PhaseSpan(
      name: RecordSession.phase, plannedStart: .zero, plannedEnd: length ?? RecordSession.longest, startRate: 0,
      endRate: 0)
    view = LiveView(
      style: style, progress: observed.progress, clock: observed.clock, phases: [phase],
      end: length, hasLoad: false)
    if style == .jsonLines {
      JSONLines.write(
        JSONLines.startLine(run: observed.run, phases: [phase], end: length, recording: output.recording))
    }
  }

  /// Records until its time is over, or the stop.
  ///
  /// - Returns: whether it ended before the time that was asked for.
  /// - Throws: ``HarnessError`` with the status `untrusted` when the recording failed.
  func record(until stop: RecordStop, interruption: Interruption) async throws(HarnessError) -> Bool {
    var phase = phase
    phase.start = .zero
    observed.writer.set(phases: [phase])
    let end = observed.clock.instant(at: phase.plannedEnd)
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await observed.observer?.run(onReady: {}) }
      group.addTask { await view.run(interruption) }
      await wait(until: end, stop: stop)
      await observed.observer?.listAll()
      group.cancelAll()
    }
    let endedAt = max(observed.clock.runTime(of: .now), .zero)
    let isCutShort = length != nil && interruption.requested
    phase.end = min(endedAt, phase.plannedEnd)
    if length == nil { phase.plannedEnd = endedAt }
    observed.writer.set(phases: [phase])
    do {
      try observed.writer.finish(endedAt: endedAt, reason: isCutShort ? .interrupted : .completed)
    } catch {
      throw HarnessError(.untrusted, "\(output.recording): the recording is not complete: \(error)")
    }
    return isCutShort
  }

  private func wait(until end: ContinuousClock.Instant, stop: RecordStop) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await stop.wait() }
      group.addTask {
        // Nobody would see what cannot be written.
        while ContinuousClock.now < end, observed.writer.isHealthy {
          do {
            try await Task.sleep(until: min(end, .now + .seconds(1)), clock: .continuous)
          } catch {
            return
          }
        }
      }
      await group.next()
      group.cancelAll()
    }
  }
}
