import Expectations
import RunTimeline
import TestRecordings
import Testing

@Suite("What a release does to a workload")
struct RolloutExpectationTests {
  // MARK: scheduledWithin

  private static let scheduled = "{name: e, scheduledWithin: {during: surge, within: 5s}}"

  /// A new pod at 70 s that gets its node so many seconds later, or never.
  private func scaledOut(scheduledAfter: Double?) -> ClusterScript {
    var script = ClusterScript.healthy()
    script.deployment(at: 69.9, wanted: 3, available: 2, current: 2, generation: 2)
    script.pod("web-1-3", at: 70.1, .init(ready: false, transition: 70, created: 70, scheduled: nil, isRunning: false))
    guard let scheduledAfter else { return script }
    let at = 70 + scheduledAfter
    script.pod(
      "web-1-3", at: at + 0.1, .init(ready: false, transition: 70, created: 70, scheduled: at, isRunning: false))
    return script
  }

  @Test(
    "pods that get their nodes in time pass, late ones fail, and those around the bound are open",
    arguments: [
      (Double?(2), Verdict.pass), (5, .inconclusive), (9, .fail), (nil, .fail),
    ])
  func scheduled(after: Double?, verdict: Verdict) throws {
    var script = scaledOut(scheduledAfter: after)
    script.event(
      "FailedScheduling", of: ("Pod", "web-1-3"), at: 71, "0/3 nodes are available: 3 Insufficient cpu.")
    script.heard(at: 199)

    let judgement = try judge(Self.scheduled, on: script.timeline)

    #expect(judgement.verdict == verdict, "\(judgement.finding)")
    guard verdict == .fail else { return }
    #expect(
      judgement.evidence.first?.text.hasPrefix(
        "change resources.requests.cpu of the pod template, or add nodes that fit")
        ?? false, "\(judgement.evidence.map(\.text))")
  }

  @Test("where no pod is created nothing was asked")
  func nothingCreated() throws {
    var script = ClusterScript.healthy()
    script.heard(at: 199)

    let judgement = try judge(Self.scheduled, on: script.timeline)

    #expect(judgement.verdict == .inconclusive)
    #expect(judgement.reason == "no pod of the workload was created during surge")
  }

  @Test("a pod that was taken away before the bound needed no node")
  func takenAway() throws {
    var script = scaledOut(scheduledAfter: nil)
    script.pod(
      "web-1-3", at: 72.1,
      .init(ready: false, transition: 70, created: 70, scheduled: nil, isRunning: false, deleted: 72))
    script.pod(
      "web-1-3", at: 72.2, .init(ready: false, transition: 70, created: 70, scheduled: nil, deleted: 72), gone: true)
    script.heard(at: 199)

    #expect(try judge(Self.scheduled, on: script.timeline).verdict == .inconclusive)
  }

  // MARK: replicasSurvive

  private static let survive = "{name: e, replicasSurvive: {during: surge}}"

  @Test(
    "a count that somebody writes fails with the writer, and one that nobody changes passes",
    arguments: [(String?("helm"), true), ("kubectl-client-side-apply", true), (nil, false)])
  func replicas(writer: String?, hasAutoscaler: Bool) throws {
    var script = ClusterScript.healthy()
    script.autoscaler = hasAutoscaler ? "web" : nil
    if let writer { script.deployment(at: 70, wanted: 5, available: 2, current: 2, generation: 2, writer: writer) }
    script.heard(at: 199)

    let judgement = try judge(Self.survive, on: script.timeline)

    #expect(
      judgement.verdict == (writer == nil ? Verdict.pass : .fail), "\(judgement.finding) \(judgement.reason ?? "")")
    guard let writer else { return }
    #expect(judgement.finding.hasPrefix("2 -> 5 wanted by \(writer) "), "\(judgement.finding)")
    #expect(
      judgement.evidence.first?.text
        == "leave spec.replicas out of what \(writer) writes: the autoscaler keeps the count",
      "\(judgement.evidence.map(\.text))")
  }

  @Test("a change whose writer is not recorded is open beside an autoscaler, and fails without one")
  func unknownWriter() throws {
    for (autoscaler, verdict) in [(String?("web"), Verdict.inconclusive), (nil, .fail)] {
      var script = ClusterScript.healthy()
      script.autoscaler = autoscaler
      script.deployment(at: 70, wanted: 5, available: 2, current: 2, generation: 2)
      script.heard(at: 199)
      #expect(try judge(Self.survive, on: script.timeline).verdict == verdict)
    }
  }

  @Test("an autoscaler's count is open where the watched one does not say that it wrote it, and fails without one")
  func anotherAutoscaler() throws {
    for (autoscaler, verdict) in [(String?("web"), Verdict.inconclusive), (nil, .fail)] {
      var script = ClusterScript.healthy()
      script.autoscaler = autoscaler
      script.deployment(
        at: 70, wanted: 5, available: 2, current: 2, generation: 2, scaler: "kube-controller-manager")
      script.heard(at: 199)

      let judgement = try judge(Self.survive, on: script.timeline)

      #expect(judgement.verdict == verdict, "\(judgement.finding)")
      #expect(judgement.finding.contains("an autoscaler that is not watched") == (autoscaler == nil))
    }
  }

  @Test("a gap in which the count may have been changed and put back leaves it open, unless the generation tells")
  func gapInCount() throws {
    for (generation, verdict) in [(Int64(1), Verdict.pass), (3, .inconclusive)] {
      var script = ClusterScript.healthy()
      script.heard(at: 65)
      script.gap("deployments", from: 66, to: 92) { script in
        script.deployment(at: 75, wanted: 2, generation: Int(generation))
      }
      script.heard(at: 199)
      #expect(try judge(Self.survive, on: script.timeline).verdict == verdict, "generation \(generation)")
    }
  }

  // MARK: oneRollout

  private static let one = "{name: e, oneRollout: {during: surge}}"

  @Test(
    "a change of what pods are told is a rollout, and the same written in another order is none",
    arguments: [
      (#", "env": [{"name": "MODE", "value": "new"}]"#, true), (#", "command": ["/app", "--new"]"#, true),
      (#", "envFrom": [{"configMapRef": {"name": "settings"}}]"#, true),
      (#", "imagePullPolicy": "Always", "tty": true"#, false),
    ])
  func notModelled(container: String, isChange: Bool) throws {
    var script = ClusterScript()
    script.container = #", "tty": true, "imagePullPolicy": "Always""#
    script.deployment(at: -20, wanted: 2, generation: 1)
    script.begin()
    script.container = container
    script.deployment(at: 70, wanted: 2, updated: 1, current: 3, generation: 2)
    script.container = #", "command": ["/app", "--newest"]"#
    script.deployment(at: 80, wanted: 2, updated: 1, current: 3, generation: 3, observed: 2)
    script.heard(at: 199)

    #expect(script.timeline.cluster?.rollouts.count == (isChange ? 2 : 1))
    #expect(try judge(Self.one, on: script.timeline).verdict == (isChange ? .fail : .pass))
  }

  @Test("a change of a value that a recording does not tell is seen by the revision, and one of the count is none")
  func secretValue() throws {
    for (wanted, rollouts) in [(2, 1), (3, 0)] {
      var script = ClusterScript.healthy()
      script.deployment(at: 70, wanted: wanted, available: 2, current: 2, generation: 2, observed: 1)
      // A count comes with no other revision; that one does not deceive.
      script.deployment(at: 70.2, wanted: wanted, available: 2, current: 2, generation: 2, observed: 1, revision: 2)
      script.heard(at: 199)

      #expect(script.timeline.cluster?.rollouts.count == rollouts)
      #expect(script.timeline.cluster?.rollouts.first?.generation == (rollouts == 1 ? 2 : nil))
    }
  }

  /// A release at 70 s, complete at 80 s or still under way when the next one comes at 90 s.
  private func twoReleases(firstCompletes: Bool) -> ClusterScript {
    var script = ClusterScript.healthy(pods: 3)
    script.deployment(at: 70, wanted: 3, image: "app:v2", generation: 2, observed: 1)
    script.deployment(at: 70.2, wanted: 3, updated: 1, current: 4, image: "app:v2", generation: 2)
    if firstCompletes { script.deployment(at: 80, wanted: 3, image: "app:v2", generation: 2) }
    script.deployment(
      at: 90, wanted: 3, updated: firstCompletes ? 3 : 1, current: firstCompletes ? 3 : 4, image: "app:v3",
      generation: 3, observed: 2)
    script.deployment(at: 99, wanted: 3, image: "app:v3", generation: 3)
    script.heard(at: 199)
    return script
  }

  @Test("a release that begins while another is under way fails, one after its end passes")
  func overlapping() throws {
    #expect(try judge(Self.one, on: twoReleases(firstCompletes: true).timeline).verdict == .pass)

    let judgement = try judge(Self.one, on: twoReleases(firstCompletes: false).timeline)

    #expect(judgement.verdict == .fail)
    #expect(
      judgement.finding.hasPrefix(
        "the pod template changed to app:v3 when 1 of 3 pods were of the template before"),
      "\(judgement.finding)")
  }

  @Test("a restart while a release is under way is told as one, and another change by what it is not")
  func kindsOfChanges() throws {
    let restart = #""annotations": {"kubectl.kubernetes.io/restartedAt": "now"}"#
    for (metadata, container, told) in [
      (restart, "", "a restart of all pods was asked for when 1 of 3 pods were of the template before"),
      (
        "", #", "resources": {"requests": {"cpu": "100m"}}"#,
        "the pod template changed, but for the image app:v2 when 1 of"
      ),
    ] {
      var script = ClusterScript.healthy(pods: 3)
      script.deployment(at: 70, wanted: 3, updated: 1, current: 4, image: "app:v2", generation: 2)
      (script.template, script.container) = (metadata, container)
      script.deployment(at: 80, wanted: 3, updated: 1, current: 4, image: "app:v2", generation: 3)
      script.heard(at: 199)

      let judgement = try judge(Self.one, on: script.timeline)

      #expect(judgement.verdict == .fail && judgement.finding.hasPrefix(told), "\(judgement.finding)")
    }
  }

  @Test("a release that may have completed in a gap is open")
  func overlapInGap() throws {
    var script = ClusterScript.healthy(pods: 3)
    script.deployment(at: 70, wanted: 3, image: "app:v2", generation: 2, observed: 1)
    script.deployment(at: 70.2, wanted: 3, updated: 1, current: 4, image: "app:v2", generation: 2)
    script.gap("deployments", from: 75, to: 95) { script in
      script.deployment(at: 90, wanted: 3, image: "app:v3", generation: 3)
    }
    script.heard(at: 199)

    #expect(try judge(Self.one, on: script.timeline).verdict == .inconclusive)
  }

  @Test("an undo of a release that is under way is a second rollout, on a real control plane")
  func undo() throws {
    let timeline = try Recordings.timeline("release-overtaken-by-undo", phases: [("calm", 0)])

    let judgement = try judge("{name: e, oneRollout: {}}", on: timeline)

    #expect(judgement.verdict == .fail, "\(judgement.finding)")
    #expect(try judge(Self.one, on: Recordings.surgeAndRollout()).verdict == .pass)
  }

  @Test(
    "healthy releases of a real control plane pass",
    arguments: [
      "{name: e, replicasSurvive: {during: surge}}", "{name: e, scheduledWithin: {during: surge, within: 3s}}",
      "{name: e, scheduledWithin: {during: release, within: 3s}}",
    ])
  func real(text: String) throws {
    let judgement = try judge(text, on: Recordings.surgeAndRollout())

    #expect(judgement.verdict == .pass, "\(judgement.finding) \(judgement.reason ?? "")")
  }
}
