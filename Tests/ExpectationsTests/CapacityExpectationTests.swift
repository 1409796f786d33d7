import Expectations
import RunTimeline
import TestRecordings
import Testing

@Suite("The room that a workload takes, and who is there to answer")
struct CapacityExpectationTests {
  private static let ceiling = "{name: e, surgeCeiling: {during: surge}}"

  @Test("a ReplicaSet that somebody scales by hand goes above the ceiling and fails, with what to scale instead")
  func scaledByHand() throws {
    let judgement = try judge(Self.ceiling, on: ReleaseCases.whole(ReleaseCases.surging(to: 5)))

    #expect(judgement.verdict == .fail, "\(judgement.finding)")
    #expect(
      judgement.finding.hasPrefix("7 created pods, 3 above the ceiling of 4, when ReplicaSet web-2 was made larger"),
      "\(judgement.finding)")
    #expect(judgement.evidence.first?.text.hasPrefix("scale the Deployment and not ReplicaSet web-2") ?? false)
  }

  @Test("a gap in which ReplicaSets were written leaves the ceiling open, and one in which none was does not")
  func gapOfReplicaSets() throws {
    for isWritten in [false, true] {
      var script = ClusterScript.healthy()
      script.heard(at: 64)
      script.gap("replicasets", from: 66, to: 90) { script in
        if isWritten { script.replicaSet("1", at: 75, replicas: 2, generation: 3) }
      }

      let judgement = try judge(Self.ceiling, on: ReleaseCases.whole(script))

      #expect(judgement.verdict == (isWritten ? Verdict.inconclusive : .pass), "\(judgement.finding)")
    }
  }

  @Test("pods that terminate count where it is asked, above the highest ceiling of the window")
  func terminating() throws {
    var script = ClusterScript.healthy()
    for number in 3...9 {
      script.pod(
        "web-1-\(number)", at: 70.1 + Double(number) / 10,
        .init(transition: 70, created: 70, scheduled: 70, deleted: 71))
    }
    func verdict(_ terminating: Int) throws -> Judgement {
      try judge(
        "{name: e, surgeCeiling: {during: surge, terminating: \(terminating)}}", on: ReleaseCases.whole(script))
    }

    let judgement = try verdict(4)

    // Nine pods, where two are wanted and two more may be created.
    #expect(judgement.verdict == .fail, "\(judgement.finding)")
    #expect(
      judgement.finding.contains("9 pods with those that terminate, 5 above the ceiling of 4"), "\(judgement.finding)")
    #expect(try verdict(5).verdict == .pass)
  }

  @Test("a higher ceiling that was missed in a gap may have allowed the pods that terminate")
  func missedCeiling() throws {
    for (generation, verdict) in [(1, Verdict.fail), (3, .inconclusive)] {
      var script = ClusterScript.healthy()
      script.heard(at: 64)
      script.gap("deployments", from: 66, to: 92) { script in
        script.deployment(at: 75, wanted: 2, generation: generation)
      }
      for number in 3...9 {
        script.pod(
          "web-1-\(number)", at: 95.1 + Double(number) / 10,
          .init(transition: 95, created: 95, scheduled: 95, deleted: 96))
      }

      let judgement = try judge(
        "{name: e, surgeCeiling: {during: surge, terminating: 4}}", on: ReleaseCases.whole(script))

      #expect(judgement.verdict == verdict, "\(judgement.finding)")
    }
  }

  @Test("a ReplicaSet that was deleted adds to no count of those that come after it")
  func deleted() throws {
    var script = ClusterScript.healthy()
    script.replicaSet("1", at: 70, replicas: 2, gone: true)
    script.replicaSet(
      "2", at: 75, replicas: 2, annotations: #", "deployment.kubernetes.io/max-replicas": "3""#)

    let judgement = try judge(Self.ceiling, on: ReleaseCases.whole(script))

    #expect(judgement.verdict == .pass, "\(judgement.finding) \(judgement.reason ?? "")")
    #expect(judgement.finding == "at most 2 created pods, where 3 were allowed")
  }

  @Test("an event of the window tells of a refusal, whatever a condition told of another time")
  func repeatedRefusal() throws {
    var script = ClusterScript.healthy()
    script.replicaSet("1", at: 20, replicas: 3, status: 2, generation: 2, conditions: ReleaseCases.quota)
    script.replicaSet("1", at: 30, replicas: 2, generation: 3)
    script.event(
      "FailedCreate", of: ("ReplicaSet", "web-1"), at: 75,
      "Error creating: exceeded quota: few, requested: pods=1, used: pods=2, limited: pods=2")

    let judgement = try judge("{name: e, podsAdmitted: {during: surge}}", on: ReleaseCases.whole(script))

    // When an event was written is not known.
    #expect(judgement.verdict == .inconclusive)
    #expect(judgement.reason?.hasPrefix("ReplicaSet web-1 could not create a pod: Error creating") ?? false)
  }

  @Test("a quota that is used up fails with the quota to raise")
  func quota() throws {
    var script = ClusterScript.healthy()
    script.replicaSet("1", at: 70, replicas: 3, status: 2, generation: 2, conditions: ReleaseCases.quota)

    let judgement = try judge("{name: e, podsAdmitted: {during: surge}}", on: ReleaseCases.whole(script))

    #expect(judgement.verdict == .fail)
    #expect(
      judgement.evidence.first?.text.hasPrefix("raise pods of ResourceQuota few, or ask for less") ?? false,
      "\(judgement.evidence.map(\.text))")
  }

  @Test(
    "a refusal is one when it comes; a condition that only stands leaves later windows open, and once it goes they pass"
  )
  func standingRefusal() throws {
    var script = ClusterScript.healthy()
    let refused = ReleaseCases.quota(since: 30)
    script.replicaSet("1", at: 30, replicas: 4, status: 2, generation: 2, conditions: refused)
    script.replicaSet("1", at: 40, replicas: 4, status: 2, ready: 1, generation: 2, conditions: refused)
    script.replicaSet("1", at: 75, replicas: 4, status: 2, generation: 2, conditions: refused)
    script.replicaSet("1", at: 90, replicas: 4, status: 4, generation: 2)
    func judged(_ window: String) throws -> Judgement {
      try judge("{name: e, podsAdmitted: {during: \(window)}}", on: ReleaseCases.whole(script))
    }
    let (calm, surge, settle) = (try judged("calm"), try judged("surge"), try judged("settle"))

    #expect(calm.verdict == .fail && calm.measurements.first?.lowest == 1, "\(calm)")
    #expect(surge.verdict == .inconclusive && surge.finding.contains("ReplicaSet web-1 still said"), "\(surge.finding)")
    #expect(settle.verdict == .pass, "\(settle.finding)")
  }

  @Test("refusals are counted as the events count them, each once, and not by the versions that still tell of one")
  func refusals() throws {
    var script = ClusterScript.healthy()
    let message = "pods web-1-x is forbidden: exceeded quota: few, requested: pods=1, used: pods=2, limited: pods=2"
    let condition =
      #"{"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": "\#(message)", "#
      + #""lastTransitionTime": "\#(ClusterScript.time(70))"}"#
    let own = ("ReplicaSet", "web-1")
    script.event("FailedCreate", of: own, at: 70, "Error creating: " + message, uid: "one", isDated: true)
    for second in [70.1, 75, 80] {
      script.replicaSet(
        "1", at: second, replicas: 4, status: 2, ready: second > 77 ? 1 : 2, generation: 2, conditions: condition)
    }
    script.event("FailedCreate", of: own, at: 82, "Error creating: another", uid: "two", isDated: true)
    script.event("FailedCreate", of: own, at: 84, "Error creating: another", count: 4, uid: "two", isDated: true)

    let judgement = try judge("{name: e, podsAdmitted: {during: surge}}", on: ReleaseCases.whole(script))

    #expect(judgement.verdict == .fail)
    #expect(judgement.measurements.first?.lowest == 5, "\(judgement.measurements)")
  }

  @Test("a real quota refuses pods from the rescale on, and none before; a surge without one is admitted")
  func realQuota() throws {
    let timeline = try Recordings.timeline(
      "quota-blocked", phases: [("start", 0), ("calm", 5), ("surge", 29.8354)])

    let refused = try judge("{name: e, podsAdmitted: {during: surge}}", on: timeline)
    let before = try judge("{name: e, podsAdmitted: {during: calm}}", on: timeline)
    let surge = try judge("{name: e, podsAdmitted: {during: surge}}", on: Recordings.surgeAndRollout())

    #expect(refused.verdict == .fail && refused.finding.contains("exceeded quota"), "\(refused.finding)")
    #expect(before.verdict == .pass, "\(before.finding)")
    #expect(surge.verdict == .pass, "\(surge.finding) \(surge.reason ?? "")")
  }

  @Test("a pod that moves from one slice to another, or stands in two, counts once")
  func slices() throws {
    var moved = ClusterScript.healthy()
    moved.slice("web-b", at: 70, ready: ["web-1-2"])
    moved.slice("web-a", at: 75, ready: ["web-1-1"])
    var twice = ClusterScript.healthy()
    twice.slice("web-b", at: 70, ready: ["web-1-1"])
    twice.slice("web-a", at: 75, ready: ["web-1-1"], others: ["web-1-2"])

    let text = "{name: e, endpointsFloor: {during: surge, atLeast: 2}}"
    let kept = try judge(text, on: ReleaseCases.whole(moved))
    let lost = try judge(text, on: ReleaseCases.whole(twice))

    #expect(kept.verdict == .pass, "\(kept.finding)")
    #expect(lost.verdict == .fail, "\(lost.finding)")
  }

  @Test("a Service of another name was not seen, and of two Services the one with fewer endpoints decides")
  func services() throws {
    var script = ClusterScript.healthy()
    script.slice("other-a", of: "other", at: 30, ready: ["web-1-1"])
    let timeline = ReleaseCases.whole(script)
    func verdict(_ more: String) throws -> Verdict {
      try judge("{name: e, endpointsFloor: {during: surge, atLeast: 2\(more)}}", on: timeline).verdict
    }

    #expect(try verdict("") == .fail)
    #expect(try verdict(", service: web") == .pass)
    #expect(try verdict(", service: other") == .fail)
    #expect(try verdict(", service: nobody") == .inconclusive)
  }

  @Test(
    "a real release keeps its ceiling and its endpoints",
    arguments: [
      "{name: e, surgeCeiling: {during: release}}", "{name: e, surgeCeiling: {during: release, terminating: 8}}",
      "{name: e, endpointsFloor: {during: release, atLeast: 6}}",
    ])
  func real(text: String) throws {
    let judgement = try judge(text, on: Recordings.surgeAndRollout())

    #expect(judgement.verdict == .pass, "\(judgement.finding) \(judgement.reason ?? "")")
  }

  @Test("no real recording goes above its ceiling")
  func realCeilings() throws {
    for name in Recordings.all {
      let timeline = try Recordings.timeline(name, phases: [("calm", 0)])
      let judgement = try judge("{name: e, surgeCeiling: {during: run}}", on: timeline)
      #expect(judgement.verdict != .fail, "\(name): \(judgement.finding)")
    }
  }
}
