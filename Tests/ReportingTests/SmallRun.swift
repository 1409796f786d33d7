import Expectations
import Foundation
import KubernetesObjects
import LoadFacts
import RunTimeline
import Statistics
import Units

/// A run of four seconds whose every figure can be checked by hand.
enum SmallRun {
  static func timeline(
    name: String = "small", timeScale: Double = 1, endedAt: Duration? = .seconds(4), endReason: EndReason? = .completed,
    observations: [Observation] = [], failures: [FailedRequest] = [], profileText: String = "kind: Profile\n"
  ) -> Timeline {
    let load = (0..<4).filter { $0 != 2 }.map { second -> LoadInterval in
      var latency = LatencyHistogram()
      for index in 1...100 { latency.record(microseconds: index * 1000) }
      var outcomes = [
        OutcomeTally(outcome: "200", failed: false, completed: 100, bytes: 1200, fromDue: latency, fromSend: latency)
      ]
      if second == 1 { outcomes.append(OutcomeTally(outcome: "502", failed: true, completed: 5)) }
      let failed = second == 1 ? 5 : 0
      return LoadInterval(
        start: .seconds(second), end: .seconds(second + 1), route: "list", offered: 100 + failed, sent: 100 + failed,
        outcomes: outcomes)
    }
    return Timeline(
      run: RunDescription(
        name: name, toolVersion: "1.0.0", profileText: profileText, profileSource: "small.yaml",
        startedAt: KubernetesTime(microseconds: 1_795_456_622_000_000, hasFraction: false), timeScale: timeScale,
        endedAt: endedAt, endReason: endReason,
        cluster: ClusterDescription(
          context: "staging", namespace: "production", workload: WorkloadReference(.deployment, "app"),
          autoscaler: "app", serverVersion: "v1.36.0"),
        environment: ["seed": "7"]),
      phases: [
        PhaseSpan(
          name: "calm", plannedStart: .zero, plannedEnd: .seconds(2), startRate: 100, endRate: 100, start: .zero,
          end: .seconds(2)),
        PhaseSpan(
          name: "surge", plannedStart: .seconds(2), plannedEnd: .seconds(4), startRate: 100, endRate: 200,
          start: .seconds(2), end: .seconds(4)),
      ],
      actions: [
        release
      ],
      load: load, failures: failures, observations: observations)
  }

  private static let release: ActionSpan = {
    var span = ActionSpan(
      name: "release", summary: "rollout: restart", plannedAt: .seconds(1), sent: .seconds(1),
      answered: .milliseconds(1010))
    span.requests = [
      ActionSpan.Request(
        line: "PATCH /apis/apps/v1/namespaces/default/deployments/web", sent: .seconds(1),
        answered: .milliseconds(1010))
    ]
    return span
  }()

  static let judgements = [
    Judgement(
      name: "scales out in time", kind: "scaleUp", expected: "ready replicas >= 8 within 90s of surge.start",
      verdict: .pass, finding: "reached 8 between 58.1s and 59.1s, 31s before the bound",
      window: InstantBounds(.seconds(2), .seconds(4)),
      evidence: [Evidence(at: InstantBounds(.milliseconds(2100), .milliseconds(3100)), "ready replicas rose to 8")],
      measurements: [
        Judgement.Measurement(
          "readyReplicas.reachedAfter", .seconds, lowest: 58.1, highest: 59.1,
          limit: Judgement.Measurement.Limit(.atMost, 90))
      ]),
    Judgement(
      name: "costs no errors", kind: "errorBudget", expected: "99.9% of requests succeed during release",
      verdict: .fail, finding: "5 of 305 requests failed, 5 more than the budget of 0",
      window: InstantBounds(.seconds(1), .seconds(2)),
      evidence: [Evidence(at: InstantBounds(exactly: .milliseconds(1500)), "5 × 502"), Evidence("budget: 0 requests")],
      measurements: [
        Judgement.Measurement(
          "requests.failedShare", .ratio, lowest: 5.0 / 305, highest: nil,
          limit: Judgement.Measurement.Limit(.atMost, 0.001)),
        Judgement.Measurement("requests.failed", .count, lowest: 5, highest: 5),
      ]),
    Judgement(
      name: "fast enough", kind: "latency", expected: "p99 below 250ms during surge", verdict: .inconclusive,
      finding: "p99 not bounded", reason: "too few requests", furtherReason: "too few requests",
      window: InstantBounds(.seconds(2), .seconds(4))),
  ]
  /// One fails whatever else is asked, and one where it is asked alone.
  static let inferring = [("certain", 0.001), ("alone", 0.03), ("passed", 0.9)].map { name, pValue in
    Judgement(
      name: name, kind: "errorBudget", expected: "99% of requests succeed during release with a confidence of 95%",
      verdict: pValue < 0.05 ? .fail : .pass, finding: "some requests failed",
      inference: Inference(worst: pValue / 2, best: pValue, confidence: Percentage(billionths: 950_000_000)))
  }
}
