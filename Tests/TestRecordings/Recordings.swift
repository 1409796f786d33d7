package import Foundation
import KubernetesObjects
package import RunTimeline
import Synchronization

/// What a real control plane said, as timelines; the stories stand in the README beside the recordings.
package enum Recordings {
  package static let folder = TestData.folder.appending(path: "recordings", directoryHint: .isDirectory)

  /// Every recording of the folder, by name: what holds for any recording is tested on all of them.
  package static let all: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.compactMap(name(ofFile:)).sorted()
  }()

  /// The file of a recording, plain or compressed.
  package static func file(_ name: String) -> URL {
    let plain = folder.appending(path: "\(name).jsonl")
    return FileManager.default.fileExists(atPath: plain.path) ? plain : folder.appending(path: "\(name).jsonl.gz")
  }

  package static func text(_ name: String) throws -> Data { try TestData.text(of: file(name)) }

  package static func log(_ name: String) throws -> WatchLog {
    if let known = logs.withLock({ $0[name] }) { return known }
    let log = try WatchLog(text(name))
    logs.withLock { $0[name] = log }
    return log
  }

  private static let logs = Mutex<[String: WatchLog]>([:])

  private static func name(ofFile file: String) -> String? {
    for ending in [".jsonl.gz", ".jsonl"] where file.hasSuffix(ending) { return String(file.dropLast(ending.count)) }
    return nil
  }
}

extension Recordings {
  /// A recording as a run.
  ///
  /// - Parameters:
  ///   - phases: names with their starts in seconds; each lasts until the next.
  ///   - skew: how far the clocks inside the control plane are taken to be apart.
  package static func timeline(
    _ name: String, phases: [(String, Double)] = [], actions: [ActionSpan] = [], skew: Duration = .milliseconds(100)
  ) throws -> Timeline {
    timeline(name, log: try log(name), phases: phases, actions: actions, skew: skew)
  }

  /// A log as a run. Observer and control plane ran on one machine, so that their clocks agree.
  ///
  /// - Parameters:
  ///   - clock: another clock.
  ///   - observations: others than those of the log, up to `end`.
  package static func timeline(
    _ name: String, log: WatchLog, phases: [(String, Double)] = [], actions: [ActionSpan] = [],
    skew: Duration = .milliseconds(100), clock: ServerClock? = nil, observations: [Observation]? = nil,
    end: Duration? = nil
  ) -> Timeline {
    let spans = phases.enumerated().map { index, phase in
      let end = index + 1 < phases.count ? Duration.seconds(phases[index + 1].1) : log.end
      return PhaseSpan(
        name: phase.0, plannedStart: .seconds(phase.1), plannedEnd: end, startRate: 0, endRate: 0,
        start: .seconds(phase.1), end: end)
    }
    return Timeline(
      run: RunDescription(
        name: name, toolVersion: "test", profileText: "", startedAt: log.startedAt, endedAt: end ?? log.end,
        endReason: .completed, cluster: cluster(of: log)),
      phases: spans, actions: actions, observations: observations ?? log.observations,
      clock: clock ?? ServerClock(runStart: log.startedAt, offset: .zero ... .zero, skew: skew))
  }

  package static func surgeAndRollout() throws -> Timeline {
    try timeline(
      "surge-and-rollout", phases: [("calm", 0), ("surge", 59.8551), ("settle", 300.0593)],
      actions: [
        ActionSpan(
          name: "release", summary: "rollout", plannedAt: .seconds(180), sent: .seconds(179.866),
          answered: .seconds(179.95))
      ])
  }

  /// The workload and autoscaler of the deployment guide, or, in a log that lacks them, the first autoscaler and what it
  /// scales.
  private static func cluster(of log: WatchLog) -> ClusterDescription {
    var autoscalers = log.observations.lazy.filter { $0.resource == HorizontalPodAutoscaler.resource.plural }
      .compactMap { observation in
        observation.object.flatMap { try? JSONDecoder().decode(HorizontalPodAutoscaler.self, from: $0) }
      }.makeIterator()
    var chosen: HorizontalPodAutoscaler?
    while let next = autoscalers.next() {
      if next.metadata.name == "aspnetcore-hpa" {
        chosen = next
        break
      }
      chosen = chosen ?? next
    }
    return ClusterDescription(
      context: "recorded", namespace: chosen?.metadata.namespace ?? "production",
      workload: WorkloadReference(.deployment, chosen?.spec.scaleTargetRef.name ?? "aspnetcore-deployment"),
      autoscaler: chosen?.metadata.name ?? "aspnetcore-hpa")
  }
}
