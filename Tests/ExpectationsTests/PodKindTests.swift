import Expectations
import Profiles
import RunTimeline
import TestRecordings
import Testing
import Units

@Suite("What is expected of single pods and of the direction of the count")
struct PodKindTests {
  private func judgement(_ expectation: String, of recording: String) throws -> Judgement {
    try judge("{name: e, \(expectation)}", on: Recordings.timeline(recording, phases: [("all", 0)]))
  }

  @Test("nothing fails of a real cluster that is given enough time", arguments: Recordings.all)
  func lenient(recording: String) throws {
    for expectation in ["podStartup: {within: 1h}", "gracefulExit: {}", "flapping: {reversals: \"<= 100\"}"] {
      let judgement = try judgement(expectation, of: recording)
      #expect(judgement.verdict != .fail, "\(expectation): \(judgement.finding)")
    }
  }

  /// One of two pods goes and another comes.
  private func replaced() -> ClusterScript {
    var script = ClusterScript.healthy()
    script.heard(at: 65)
    script.pod("web-1-1", at: 70.1, .init(deleted: 70))
    script.pod("web-1-3", at: 70.2, .init(ready: false, transition: 70, created: 70, scheduled: 70))
    script.pod("web-1-1", at: 72, .init(ready: false, transition: 71, deleted: 70), gone: true)
    return script
  }

  @Test(
    "where nothing more was heard before the window was over, nothing passes",
    arguments: ["gracefulExit: {during: surge}", "podStartup: {during: surge, within: 20s}"])
  func unheard(expectation: String) throws {
    var script = replaced()
    script.pod("web-1-3", at: 75, .init(transition: 74, created: 70, scheduled: 70))
    let early = try judge("{name: e, \(expectation)}", on: script.timeline)
    script.heard(at: 199)
    let whole = try judge("{name: e, \(expectation)}", on: script.timeline)

    #expect(early.verdict == .inconclusive, "\(early.finding)")
    #expect(whole.verdict == .pass, "\(whole.finding) \(whole.reason ?? "")")
  }

  @Test("a pod that is ready after a gap may have been ready in it before")
  func readyInGap() throws {
    var script = replaced()
    script.gap("pods", from: 72.5, to: 100) { script in
      script.pod("web-1-3", at: 98, .init(transition: 97, created: 70, scheduled: 70))
    }
    script.heard(at: 199)

    let judgement = try judge("{name: e, podStartup: {during: surge, within: 20s}}", on: script.timeline)

    #expect(judgement.verdict == .inconclusive, "\(judgement.finding)")
  }

  @Test("a container that was killed before its pod was asked to go was not killed for going")
  func killedBefore() throws {
    for (killed, verdict) in [(65.0, Verdict.pass), (72, .fail)] {
      var script = ClusterScript.healthy()
      script.heard(at: 64)
      if killed < 70 { script.pod("web-1-1", at: 66, .init(ready: false, transition: killed, exited: (137, killed))) }
      script.pod("web-1-1", at: 70.5, .init(ready: killed > 70, transition: -100, deleted: 70))
      let ended = ClusterScript.PodState(ready: false, transition: killed, exited: (137, killed), deleted: 70)
      script.pod("web-1-1", at: 73.5, ended)
      script.pod("web-1-1", at: 74, ended, gone: true)
      script.heard(at: 199)

      let judgement = try judge("{name: e, gracefulExit: {during: surge}}", on: script.timeline)

      #expect(judgement.verdict == verdict, "\(judgement.finding) \(judgement.reason ?? "")")
    }
  }

  @Test("a surge and its end are one reversal, and its pods start and end in time")
  func surge() throws {
    let name = "surge-and-rollout"
    let flapping = try judgement("flapping: {reversals: 1}", of: name)
    let strict = try judgement("flapping: {reversals: 0}", of: name)
    let startup = try judgement("podStartup: {within: 1ms}", of: name)

    #expect(flapping.verdict == .pass, "\(flapping.finding)")
    #expect(strict.verdict == .fail, "\(strict.finding)")
    #expect(startup.verdict == .fail, "\(startup.finding)")
    #expect(
      startup.evidence.contains {
        $0.text.contains("readinessProbe") || $0.text.contains("node") || $0.text.contains("image")
      })
  }

  @Test("that the autoscaler is deleted does not matter to how often the count turns, which the workload tells")
  func deletedAutoscaler() throws {
    var script = ClusterScript.healthy()
    script.autoscaler = "web"
    func autoscaler(at second: Double, gone: Bool = false) {
      script.object(
        "horizontalpodautoscalers", "hpa", name: "web", at: second,
        """
        {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "web", "uid": "hpa",
         "resourceVersion": "REVISION"}, "spec": {"maxReplicas": 5, "scaleTargetRef": {"kind": "Deployment", "name": "web"}}}
        """, deleted: gone)
    }
    autoscaler(at: 10)
    autoscaler(at: 70, gone: true)
    for (generation, (second, wanted)) in [(130.0, 4), (140, 2), (150, 4)].enumerated() {
      script.deployment(at: second, wanted: wanted, generation: generation + 2)
    }
    func judged(_ text: String) throws -> Judgement {
      try judge("{name: e, flapping: {\(text)}}", on: ReleaseCases.whole(script))
    }

    for text in ["reversals: 2", "during: settle, reversals: \"<= 2\""] {
      let passed = try judged(text)
      #expect(passed.verdict == .pass, "\(passed.finding)")
    }
    let failed = try judged("during: settle, reversals: 0")
    #expect(failed.verdict == .fail, "\(failed.finding)")
    #expect(
      !failed.evidence.contains { $0.text.contains("stabilizationWindowSeconds") }, "it has no autoscaler any more")
  }
}
