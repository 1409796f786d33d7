import Expectations
import Profiles
import RunTimeline
import Testing

/// Reads expectations as a profile has them, for phases and actions with the names of the recordings.
func expectation(_ text: String, source: String = "test.yaml") throws -> Profiles.Expectation {
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

/// Judges, and holds the figures of what comes of it to its verdict.
func judge(_ text: String, on timeline: Timeline) throws -> Judgement {
  let judgement = Judge.judge(try expectation(text), on: timeline)
  let faults = contradictions(judgement)
  #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
  return judgement
}

/// Judges each of some expectations as if it were the only one, so that no guard among them takes a verdict from others.
func judgeEach(_ expectations: [Profiles.Expectation], on timeline: Timeline) -> [Judgement] {
  let run = RunAnalysis(timeline, of: expectations)
  return expectations.flatMap { Judge.judge([$0], on: run) }
}

/// What is said before the run of one expectation on a surge of 100 s, with 5 requests a second.
func planRemarks(_ expectation: String) throws -> (problems: [String], warnings: [String]) {
  let profile = try ProfileReader.read(
    text: """
      apiVersion: scaleproof/v1
      kind: Profile
      metadata: {name: plan}
      target: {url: "http://web.example.com"}
      cluster: {workload: deployment/web}
      requests: [{name: home, path: /}]
      load: {phases: [{name: surge, for: 100s, rate: 5/s}]}
      expectations: [{name: e, \(expectation)}]
      """, source: "test.yaml")
  return (ExpectationPlan.problems(profile).map(\.message), ExpectationPlan.warnings(profile).map(\.message))
}
