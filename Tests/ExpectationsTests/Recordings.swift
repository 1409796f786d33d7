import Expectations
import Foundation
import KubernetesObjects
import Profiles
import RunTimeline
import Units

/// What a real control plane (Kubernetes 1.36) said, as timelines; each with the load phases of its story.
enum Recordings {
  static let folder =
    ProcessInfo.processInfo.environment["SCALEPROOF_TEST_DATA"].map { URL(filePath: $0).appending(path: "recordings") }
    ?? URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Resources/recordings")
    .standardizedFileURL

  static func timeline(
    _ name: String, phases: [(String, Double)], actions: [ActionSpan] = []
  ) throws -> Timeline {
    timeline(
      name, log: try WatchLog(Data(contentsOf: folder.appending(path: "\(name).jsonl"))), phases: phases,
      actions: actions)
  }

  static func timeline(
    _ name: String, log: WatchLog, phases: [(String, Double)], actions: [ActionSpan] = []
  ) -> Timeline {
    let cluster = ClusterDescription(
      context: "recorded", namespace: "production", deployment: "aspnetcore-deployment", autoscaler: "aspnetcore-hpa")
    var spans: [PhaseSpan] = []
    for (index, (phase, start)) in phases.enumerated() {
      let end = index + 1 < phases.count ? Duration.seconds(phases[index + 1].1) : log.end
      spans.append(
        PhaseSpan(
          name: phase, plannedStart: .seconds(start), plannedEnd: end, startRate: 0, endRate: 0,
          start: .seconds(start), end: end))
    }
    return Timeline(
      run: RunDescription(
        name: name, toolVersion: "test", profileText: "", startedAt: log.startedAt, endedAt: log.end,
        endReason: .completed, cluster: cluster),
      phases: spans, actions: actions, observations: log.observations,
      // Observer and control plane ran on one machine.
      clock: ServerClock(runStart: log.startedAt, offset: .zero ... .zero, skew: .milliseconds(100)))
  }

  static func surgeAndRollout() throws -> Timeline {
    try timeline(
      "surge-and-rollout", phases: [("calm", 0), ("surge", 59.8551), ("settle", 300.0593)],
      actions: [
        ActionSpan(
          name: "release", summary: "rollout", plannedAt: .seconds(180), sent: .seconds(179.866),
          answered: .seconds(179.95))
      ])
  }
}

/// Reads expectations as a profile has them, for phases and actions with the names of the recordings.
func expectation(_ text: String, source: String = "test.yaml") throws -> Expectation {
  let profile = """
    apiVersion: scaleproof/v1
    kind: Profile
    metadata: {name: test}
    target: {url: "http://api.example.com"}
    cluster: {workload: deployment/web}
    requests: [{name: home, path: /}, {name: order, path: /orders}]
    load: {phases: [{name: calm, for: 60s, rate: 200/s}, {name: surge, for: 240s, rate: 1400/s}, {name: settle, for: 14m, rate: 200/s}]}
    actions: [{name: release, at: surge + 120s, rollout: {restart: true}}]
    expectations:
      - \(text)
    """
  return try ProfileReader.read(text: profile, source: source).expectations[0]
}

func judge(_ text: String, on timeline: Timeline) throws -> Judgement {
  Judge.judge(try expectation(text), on: timeline)
}
