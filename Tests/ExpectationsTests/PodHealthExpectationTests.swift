import Expectations
import RunTimeline
import TestRecordings
import Testing

@Suite("Pods stay healthy, and get their nodes in time")
struct PodHealthExpectationTests {
  private static let text = "{name: e, podsStayHealthy: {during: surge}}"

  /// Two pods, of which one ends for the given reason at 70 s and runs again.
  private func restarted(_ reason: String, _ code: Int) -> ClusterScript {
    var script = ClusterScript.healthy()
    script.container = #", "resources": {"limits": {"memory": "512Mi"}}, "livenessProbe": {"timeoutSeconds": 1}"#
    script.deployment(at: 20, wanted: 2)
    script.pod("web-1-1", at: 71, .init(restarts: 1, ended: (reason, code, 70)))
    return script
  }

  @Test("pods to which nothing happens pass")
  func healthy() throws {
    var script = ClusterScript.healthy()
    script.heard(at: 199)

    let judgement = try judge(Self.text, on: script.timeline)

    #expect(judgement.verdict == .pass, "\(judgement.finding)")
    #expect(judgement.finding == "no restart and no loss of readiness of 2 pods")
  }

  @Test(
    "a container that ends fails, with how it ended and the one field to change",
    arguments: [
      ("OOMKilled", 137, "change resources.limits.memory of container app (512Mi): it was used up"),
      ("Error", 1, "look at what container app wrote before it ended with exit code 1"),
    ])
  func ended(reason: String, code: Int, advice: String) throws {
    var script = restarted(reason, code)
    script.heard(at: 199)

    let judgement = try judge(Self.text, on: script.timeline)

    #expect(judgement.verdict == .fail, "\(judgement.finding)")
    #expect(
      judgement.finding.hasPrefix(
        "1 restart and no loss of readiness; first container app of pod web-1-1 ended: \(reason), exit code \(code)"),
      "\(judgement.finding)")
    #expect(judgement.evidence.first?.text.hasPrefix(advice) ?? false, "\(judgement.evidence.map(\.text))")
  }

  @Test("a container that its liveness probe killed fails, with the probe to change")
  func killedByProbe() throws {
    var script = restarted("Error", 137)
    script.event("Killing", of: ("Pod", "web-1-1"), at: 70, "Container app failed liveness probe, will be restarted")
    script.heard(at: 199)

    let judgement = try judge(Self.text, on: script.timeline)

    #expect(judgement.verdict == .fail)
    #expect(
      judgement.evidence.first?.text.hasPrefix(
        "change livenessProbe.failureThreshold or livenessProbe.timeoutSeconds of container app (now 3 failures of 1 s)"
      )
        ?? false, "\(judgement.evidence.map(\.text))")
  }

  @Test("what came first is told first, whichever pod it was of")
  func first() throws {
    var script = restarted("Error", 1)
    script.pod("web-1-2", at: 66, .init(ready: false, transition: 65))
    script.pod("web-1-1", at: 81, .init(restarts: 2, ended: ("Error", 1, 80)))
    var ends = ClusterScript.healthy()
    ends.pod("web-1-2", at: 71, .init(restarts: 1, ended: ("Error", 1, 70)))
    ends.pod("web-1-1", at: 81, .init(restarts: 1, ended: ("Error", 2, 80)))

    let loss = try judge(Self.text, on: ReleaseCases.whole(script))
    let end = try judge(Self.text, on: ReleaseCases.whole(ends))

    #expect(loss.finding.contains("; first pod web-1-2 lost its readiness between 65s"), "\(loss.finding)")
    #expect(end.finding.contains("; first container app of pod web-1-2 ended: Error, exit code 1"), "\(end.finding)")
  }

  @Test(
    "readiness that is lost with a node, or for a gate, is not blamed on the probe, and nothing is where there is none",
    arguments: [
      ("NodeNotReady", true, "look at what became of the node"),
      ("ReadinessGatesNotReady", true, "look at the conditions that spec.readinessGates"),
      ("ContainersNotReady", true, "change readinessProbe.timeoutSeconds"), ("ContainersNotReady", false, nil),
    ])
  func lostReadiness(reason: String, hasProbe: Bool, advice: String?) throws {
    var script = ClusterScript.healthy()
    if hasProbe { script.container = #", "readinessProbe": {"periodSeconds": 5}"# }
    script.deployment(at: 20, wanted: 2)
    script.pod("web-1-1", at: 71, .init(ready: false, unreadySince: reason, transition: 70))

    let judgement = try judge(Self.text, on: ReleaseCases.whole(script))

    #expect(judgement.verdict == .fail)
    let first = judgement.evidence.first?.text ?? ""
    #expect(first.hasPrefix(advice ?? "pod web-1-1 lost its readiness"), "\(first)")
  }

  @Test("a pod that lost its readiness as the node was said to be lost tells so by its event")
  func nodeEvent() throws {
    var script = ClusterScript.healthy()
    script.event("NodeNotReady", of: ("Pod", "web-1-1"), at: 70, "Node is not ready")
    script.pod("web-1-1", at: 71, .init(ready: false, transition: 70))

    let judgement = try judge(Self.text, on: ReleaseCases.whole(script))

    #expect(judgement.evidence.first?.text.hasPrefix("look at what became of the node") ?? false)
  }

  @Test("as many restarts as are allowed pass, and one more fails")
  func allowed() throws {
    var script = restarted("Error", 1)
    script.pod("web-1-1", at: 91, .init(restarts: 2, ended: ("Error", 1, 90)))
    script.heard(at: 199)

    #expect(try judge("{name: e, podsStayHealthy: {during: surge, restarts: 2}}", on: script.timeline).verdict == .pass)
    #expect(try judge("{name: e, podsStayHealthy: {during: surge, restarts: 1}}", on: script.timeline).verdict == .fail)
  }

  @Test("a container that waits to be begun again has ended, before its count of restarts says so")
  func crashLoop() throws {
    var script = ClusterScript.healthy()
    script.pod(
      "web-1-1", at: 71, .init(ready: false, transition: 70, ended: ("Error", 1, 70), isRunning: false))
    script.heard(at: 199)

    let judgement = try judge(Self.text, on: script.timeline)

    #expect(judgement.verdict == .fail)
    #expect(judgement.finding.hasPrefix("1 restart and 1 loss of readiness"), "\(judgement.finding)")
  }

  @Test("a readiness that was lost and won between two looks fails by the time of the condition")
  func hiddenLoss() throws {
    var script = ClusterScript.healthy()
    script.pod("web-1-1", at: 81, .init(transition: 80))
    script.heard(at: 199)

    let judgement = try judge(Self.text, on: script.timeline)

    #expect(judgement.verdict == .fail)
    #expect(judgement.finding.contains("pod web-1-1 lost its readiness at least once"), "\(judgement.finding)")
  }

  @Test("what was before the window, and pods that go as they were asked to, count for nothing")
  func others() throws {
    var script = ClusterScript()
    script.deployment(at: 0, wanted: 2)
    script.replicaSet("1", at: 0, replicas: 2)
    script.pod("web-1-1", at: 0, .init(restarts: 7, ended: ("OOMKilled", 137, -50)))
    script.pod("web-1-2", at: 0)
    script.begin()
    script.pod("web-1-2", at: 31, .init(ready: false, transition: 30))
    script.pod("web-1-2", at: 41, .init(transition: 40))
    script.deployment(at: 80, wanted: 1, available: 2, current: 2, generation: 2)
    script.replicaSet("1", at: 80.1, replicas: 1, status: 2, generation: 2)
    script.pod("web-1-2", at: 80.2, .init(deleted: 80))
    script.pod("web-1-2", at: 82, .init(ready: false, transition: 82, isRunning: false, deleted: 80))
    script.pod("web-1-2", at: 83, .init(ready: false, transition: 82, isRunning: false, deleted: 80), gone: true)
    script.heard(at: 199)

    let judgement = try judge(Self.text, on: script.timeline)

    #expect(judgement.verdict == .pass, "\(judgement.finding) \(judgement.evidence.map(\.text))")
  }

  @Test("counters tell what went on in a gap: the same pods before and after it pass or fail as if there were none")
  func gapWithSamePods() throws {
    for isHealthy in [true, false] {
      var script = ClusterScript.healthy()
      script.heard(at: 65)
      script.gap("pods", from: 68, to: 90) { script in
        if !isHealthy { script.pod("web-1-1", at: 76, .init(restarts: 3, ended: ("OOMKilled", 137, 75))) }
      }
      script.heard(at: 199)

      let judgement = try judge(Self.text, on: script.timeline)

      #expect(judgement.verdict == (isHealthy ? Verdict.pass : .fail), "\(judgement.finding) \(judgement.reason ?? "")")
    }
  }

  @Test("a gap in which pods came and went leaves it open")
  func gapWithOthers() throws {
    var script = ClusterScript.healthy()
    script.heard(at: 65)
    script.gap("pods", from: 68, to: 90) { script in
      script.pod("web-1-2", at: 70, gone: true)
      script.pod("web-1-3", at: 71, .init(transition: 75, created: 71, scheduled: 71))
    }
    script.heard(at: 199)

    let judgement = try judge(Self.text, on: script.timeline)

    #expect(judgement.verdict == .inconclusive, "\(judgement.finding)")
    #expect(judgement.reason?.contains("nothing is known") ?? false, "\(judgement.reason ?? "")")
  }

  @Test("a gap in which the wanted count went up and down may hide a pod")
  func gapWithScaling() throws {
    var script = ClusterScript.healthy()
    script.heard(at: 65)
    script.gap("deployments", from: 66, to: 92) { script in
      script.deployment(at: 75, wanted: 2, generation: 3)
    }
    script.gap("pods", from: 68, to: 90)
    script.heard(at: 199)

    #expect(try judge(Self.text, on: script.timeline).verdict == .inconclusive)
  }

  @Test("a run that ends before its window leaves open what did not happen yet")
  func cut() throws {
    var script = ClusterScript.healthy()
    (script.end, script.endReason) = (100, .interrupted)
    script.heard(at: 99)

    #expect(try judge(Self.text, on: script.timeline).verdict == .inconclusive)
  }

  @Test("no recording of a real control plane shows a pod that ended, or lost its readiness, but the foreign ones")
  func recordings() throws {
    for name in Recordings.all {
      let timeline = try Recordings.timeline(name, phases: [("calm", 0)])
      let judgement = try judge("{name: e, podsStayHealthy: {during: run}}", on: timeline)
      #expect(judgement.verdict != .fail, "\(name): \(judgement.finding)")
    }
    #expect(
      try judge("{name: e, podsStayHealthy: {during: surge}}", on: Recordings.surgeAndRollout()).verdict == .pass)
  }
}
