import Expectations
import Profiles
import RunTimeline
import Testing
import Units

@Suite("A guard that fails")
struct GuardTests {
  /// Helm asks for more pods at 70 s, which come at 75 s.
  private static func scaledByHelm() -> Timeline {
    var script = ClusterScript.healthy()
    script.heard(at: 65)
    script.deployment(at: 70, wanted: 3, available: 2, current: 2, generation: 2, writer: "helm")
    script.replicaSet("1", at: 70.2, replicas: 3, status: 2)
    script.pod("web-1-3", at: 70.4, .init(ready: false, transition: 70, created: 70, scheduled: 70))
    script.replicaSet("1", at: 70.6, replicas: 3, ready: 2)
    script.deployment(at: 70.8, wanted: 3, available: 2, generation: 2)
    script.pod("web-1-3", at: 75, .init(transition: 75, created: 70, scheduled: 70))
    script.replicaSet("1", at: 75.2, replicas: 3)
    script.deployment(at: 75.4, wanted: 3, generation: 2)
    script.heard(at: 200)
    return script.timeline
  }

  private static func judged(_ text: String, beside guardian: String) throws -> Judgement {
    let expectations = try [expectation("{name: e, \(text)}"), expectation("{name: quiet, \(guardian)}")]
    let judgement = try #require(Judge.judge(expectations, on: scaledByHelm()).first)
    let faults = contradictions(judgement)
    #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
    return judgement
  }

  @Test(
    "leaves open what came after, whatever it was, with the change as the reason",
    arguments: [
      "steadyReplicas: {during: surge, count: 2, settle: 20s}",
      "steadyReplicas: {during: surge, count: 3, settle: 20s}",
      "scaleUp: {after: surge.start, to: \">= 3\", within: 30s}", "availabilityFloor: {during: run}",
      "podStartup: {during: surge, within: 1s}", "flapping: {during: run, reversals: 0}",
    ])
  func after(text: String) throws {
    let alone = try judge("{name: e, \(text)}", on: Self.scaledByHelm())
    let guarded = try Self.judged(text, beside: "undisturbed: {}")

    #expect(alone.verdict != .inconclusive, "\(alone.finding)")
    #expect(guarded.verdict == .inconclusive && !guarded.isUntrusted, "\(guarded.finding)")
    #expect(guarded.finding == alone.finding)
    let reason = try #require(guarded.reason)
    #expect(reason.contains("helm changed spec.replicas from 2 to 3") && reason.hasSuffix("(quiet)"), "\(reason)")
  }

  @Test(
    "takes nothing from what was certain before, from what is about such changes, nor where it does not fail",
    arguments: [
      ("steadyReplicas: {during: calm, count: 2}", "undisturbed: {}"),
      ("steadyReplicas: {during: calm, count: 3}", "undisturbed: {}"),
      ("steadyReplicas: {during: run, count: \">= 3\", settle: 5s}", "undisturbed: {}"),
      ("replicasSurvive: {during: run}", "undisturbed: {}"), ("oneRollout: {during: run}", "undisturbed: {}"),
      ("availabilityFloor: {during: run}", "undisturbed: {except: helm}"),
      ("availabilityFloor: {during: run}", "undisturbed: {during: calm}"),
    ])
  func unmoved(text: String, guardian: String) throws {
    let alone = try judge("{name: e, \(text)}", on: Self.scaledByHelm())

    #expect(alone.verdict != .inconclusive, "\(alone.finding)")
    let guarded = try Self.judged(text, beside: guardian)
    #expect(guarded.verdict == alone.verdict && guarded.window == alone.window, "\(guarded.finding)")
    #expect(guarded.finding == alone.finding || !guarded.finding.contains("75s"), "\(guarded)")
  }
}
