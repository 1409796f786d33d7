import Expectations
import Profiles
import RunTimeline
import TestRecordings
import Testing
import Units

@Suite("Expectations of a run with several workloads")
struct SeveralWorkloadsTests {
  private static func expectations(_ text: String) throws -> [Profiles.Expectation] {
    let profile = """
      apiVersion: scaleproof/v1
      kind: Profile
      metadata: {name: test}
      target: {url: "http://api.example.com"}
      cluster:
        workloads:
          api: {workload: deployment/aspnetcore-deployment, hpa: aspnetcore-hpa}
          web: {workload: deployment/frontend-deployment, hpa: frontend-hpa}
      requests: [{name: home, path: /}]
      load: {phases: [{name: calm, for: 60s, rate: 200/s}, {name: surge, for: 240s, rate: 1400/s}, {name: settle, for: 14m, rate: 200/s}]}
      actions: [{name: release, of: api, at: surge + 120s, rollout: {restart: true}},
        {name: other, of: web, at: surge + 120s, rollout: {restart: true}}]
      expectations:
      \(text)
      """
    return try ProfileReader.read(text: profile, source: "test.yaml").expectations
  }

  private static let actions = [("release", "api"), ("other", "web")].map { name, workload in
    ActionSpan(
      name: name, summary: "rollout", plannedAt: .seconds(180), sent: .seconds(179.866), answered: .seconds(179.95),
      workload: workload)
  }

  @Test("each is judged by its own workload, with the words in front that say so")
  func own() throws {
    let expectations = try Self.expectations(
      """
      - {name: a, of: api, hpaConformance: {}}
      - {name: b, of: web, hpaConformance: {}}
      - {name: c, of: web, scaleUp: {after: surge.start, to: ">= 8", within: 90s}}
      """)

    let judgements = Judge.judge(expectations, on: try TwoWorkloads.timeline())

    #expect(judgements.map(\.verdict) == [.pass, .pass, .pass], "\(judgements.map(\.finding))")
    #expect(judgements[0].finding == judgements[1].finding)
    #expect(judgements[2].expected.hasPrefix("web: "))
  }

  @Test("the window in which one is scaled is that of the one that is named, for requests too")
  func scalingWindows() throws {
    let expectations = try Self.expectations(
      """
      - {name: a, of: web, steadyReplicas: {during: scaleUp, count: ">= 1"}}
      - {name: b, of: api, errorBudget: {during: scaleUp, objective: 1%}}
      - {name: c, of: api, notWorse: {during: settle, than: scaleUp, margin: 5%}}
      """)
    var unnamed = expectations[1]
    unnamed.workload = nil

    let judgements = Judge.judge(expectations + [unnamed], on: try TwoWorkloads.timeline())

    #expect(judgements[0].window != nil && judgements[0].verdict == .pass, "\(judgements[0].finding)")
    for judgement in judgements[1...2] { #expect(!judgement.finding.contains("several workloads")) }
    #expect(judgements[3].reason?.hasPrefix("the run watched several workloads (api, web)") ?? false)
  }

  @Test("a rollout is that of the workload that the action changed, whatever happens to others at that moment")
  func rollouts() throws {
    let expectations = try Self.expectations(
      """
      - {name: a, rolloutCompletes: {action: release, within: 120s}}
      - {name: b, rolloutCompletes: {action: other, within: 120s}}
      - {name: c, of: web, availabilityFloor: {during: release}}
      """)

    let judgements = Judge.judge(
      expectations, on: try TwoWorkloads.timeline(actions: Self.actions, rollingOut: false))

    #expect(judgements[0].verdict == .pass, "\(judgements[0].finding)")
    #expect(judgements[1].verdict != .pass, "\(judgements[1].finding)")
    // The window is that of the other one's rollout.
    #expect(judgements[2].window != nil, "\(judgements[2].finding)")
  }

  @Test("where nothing tells which workload of the run is meant, nothing is decided, and it is said why")
  func doubtful() throws {
    var expectations = try Self.expectations(
      """
      - {name: a, of: api, hpaConformance: {}}
      - {name: b, of: api, hpaConformance: {}}
      - {name: c, of: api, hpaConformance: {}}
      """)
    expectations[1].workload = nil
    expectations[2].workload = "apo"
    let (two, one) = (try TwoWorkloads.timeline(), try Recordings.surgeAndRollout())

    let onTwo = Judge.judge(expectations, on: two)
    let onOne = Judge.judge(expectations, on: one)

    #expect(onTwo.map(\.verdict) == [.pass, .inconclusive, .inconclusive])
    #expect(onTwo[1].reason == "the run watched several workloads (api, web), and the expectation names none")
    #expect(onTwo[2].reason == "the run watched no workload named apo, but api, web")
    #expect(onOne.map(\.verdict) == [.inconclusive, .pass, .inconclusive])
    #expect(onOne[0].reason == "the run watched deployment/aspnetcore-deployment, which its profile did not call api")
  }
}
