import Expectations
import RunTimeline
import TestRecordings
import Testing
import Units

@Suite("A pod that its workload lets go")
struct ReleasedPodTests {
  private static let verdicts: [(expectation: String, verdict: Verdict)] = [
    ("availabilityFloor: {during: run}", .pass), ("replicasSurvive: {during: run}", .pass),
    ("oneRollout: {during: run}", .pass), ("flapping: {reversals: <= 1}", .pass),
    ("surgeCeiling: {during: run}", .pass),
    ("surgeCeiling: {during: run, terminating: 1}", .pass), ("podStartup: {during: run, within: 30s}", .pass),
    // It lost its readiness once before it was let go.
    ("podsStayHealthy: {during: run}", .fail), ("podsStayHealthy: {during: surge, restarts: 0}", .pass),
  ]

  /// Three pods, of which one becomes ready at 25 s and is somebody else's from 70 s on, since its label is changed; another
  /// one takes its place.
  private static func released(to owner: String? = nil) -> ClusterScript {
    var script = ClusterScript.healthy(pods: 3)
    script.pod("web-1-3", at: 20, .init(ready: false, transition: 20))
    script.deployment(at: 20.5, wanted: 3, available: 2)
    script.replicaSet("1", at: 20.5, replicas: 3, ready: 2)
    script.pod("web-1-3", at: 25, .init(transition: 25))
    script.deployment(at: 25.5, wanted: 3)
    script.replicaSet("1", at: 25.5, replicas: 3)
    script.pod("web-1-3", at: 70, .init(transition: 25, app: "debug"))
    script.pod("web-1-3", at: 70.1, .init(transition: 25, app: "debug", owner: owner))
    script.replicaSet("1", at: 70.2, replicas: 3, status: 2)
    script.deployment(at: 70.3, wanted: 3, available: 2, current: 2)
    script.pod("web-1-4", at: 70.4, .init(ready: false, transition: 70, created: 70, scheduled: 70))
    script.replicaSet("1", at: 70.5, replicas: 3, ready: 2)
    script.deployment(at: 70.6, wanted: 3, available: 2)
    script.pod("web-1-4", at: 75, .init(transition: 75, created: 70, scheduled: 70))
    script.replicaSet("1", at: 75.2, replicas: 3)
    script.deployment(at: 75.3, wanted: 3)
    return script
  }

  @Test("counts no more from then on, whatever becomes of it, and nobody takes that for changes that were missed")
  func relabelled() throws {
    var script = Self.released()
    script.pod("web-1-3", at: 100, .init(ready: false, transition: 100, restarts: 3, app: "debug", owner: nil))
    script.pod(
      "web-1-3", at: 110, .init(ready: false, transition: 100, restarts: 3, app: "debug", owner: nil), gone: true)
    script.heard(at: 200)
    let cluster = try #require(script.timeline.cluster)

    #expect(cluster.observationGaps["pods"] == [] && cluster.observationGaps["deployments"] == [])
    let pod = try #require(cluster.pods.first { $0.name == "web-1-3" })
    let released = try #require(pod.released)
    #expect(released.latest == .seconds(70.1) && released.earliest >= .seconds(69))
    #expect(pod.removed == nil && pod.left == released && pod.restarts == 0)
    #expect(pod.ready.last?.to == released && pod.ready.last?.from.latest == .seconds(25))
    #expect(cluster.readyReplicas.range(at: .seconds(72)) == 2...2)
    #expect(cluster.readyReplicas.range(at: .seconds(150)) == 3...3)
    for (expectation, verdict) in Self.verdicts {
      let judgement = try judge("{name: e, \(expectation)}", on: script.timeline)
      #expect(judgement.verdict == verdict, "\(expectation): \(judgement.finding)")
    }
    // Nobody asked the workload's pods to go.
    let exit = try judge("{name: e, gracefulExit: {during: run}}", on: script.timeline)
    #expect(exit.finding.contains("no pod was asked to go"), "\(exit.finding)")
  }

  @Test("is somebody else's too where that one has taken it meanwhile")
  func taken() throws {
    var script = Self.released(to: "other")
    script.heard(at: 200)
    let cluster = try #require(script.timeline.cluster)

    #expect(cluster.pods.first { $0.name == "web-1-3" }?.released?.latest == .seconds(70.1))
    #expect(cluster.observationGaps["pods"] == [])
  }

  @Test("goes on as its own where only its owner was deleted")
  func orphaned() throws {
    var script = ClusterScript.healthy(pods: 2)
    script.pod("web-1-1", at: 70, .init(owner: nil))
    script.heard(at: 200)
    let cluster = try #require(script.timeline.cluster)

    #expect(cluster.pods.count == 2 && cluster.pods.allSatisfy { $0.released == nil && $0.leaves.isEmpty })
    #expect(cluster.readyReplicas.range(at: .seconds(150)) == 2...2)
  }

  @Test("counts again from when it is taken back, and not before")
  func takenBack() throws {
    var script = ClusterScript.healthy(pods: 2)
    script.pod("web-1-2", at: 70, .init(app: "debug"))
    script.pod("web-1-2", at: 70.1, .init(app: "debug", owner: nil))
    script.replicaSet("1", at: 70.2, replicas: 2, status: 1)
    script.deployment(at: 70.3, wanted: 2, available: 1, current: 1)
    script.pod("web-1-2", at: 110, .init())
    script.replicaSet("1", at: 110.2, replicas: 2)
    script.deployment(at: 110.3, wanted: 2)
    script.heard(at: 200)
    let cluster = try #require(script.timeline.cluster)

    #expect(cluster.observationGaps["pods"] == [])
    #expect(cluster.readyReplicas.range(at: .seconds(65)) == 2...2)
    #expect(cluster.readyReplicas.range(at: .seconds(90)) == 1...1)
    #expect(cluster.readyReplicas.range(at: .seconds(150)) == 2...2)
    let cases: [(String, Verdict)] = [
      ("steadyReplicas: {during: run, count: 2, of: ready}", .fail),
      ("availabilityFloor: {during: run}", .pass), ("surgeCeiling: {during: run}", .pass),
      ("podsStayHealthy: {during: run}", .pass),
    ]
    for (text, verdict) in cases {
      let judgement = try judge("{name: e, \(text)}", on: script.timeline)
      #expect(judgement.verdict == verdict, "\(text): \(judgement.finding)")
    }
  }

  @Test("a pod that was ready until it was gone, or out of the selector, was ready until then")
  func readyToItsLast() throws {
    var script = Self.released()
    script.gap("pods", from: 150, to: 155) { $0.pod("web-1-4", at: 152, .init(app: "web"), gone: true) }
    script.heard(at: 200)
    let cluster = try #require(script.timeline.cluster)

    let selected = try #require(cluster.selectedPods.first { $0.name == "web-1-3" }?.ready.last?.to)
    #expect(selected.latest == .seconds(70) && selected.earliest >= .seconds(69), "\(selected)")
    let gone = try #require(cluster.pods.first { $0.name == "web-1-4" }?.ready.last?.to)
    #expect(gone.latest == .seconds(155), "\(gone)")
  }
}
