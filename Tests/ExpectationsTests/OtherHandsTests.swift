import Expectations
import Foundation
import RunTimeline
import Testing
import Units

@Suite("What others do to a workload is named, and not charged to the autoscaler")
struct OtherHandsTests {
  private func script(_ body: (inout AutoscalerScript) -> Void) -> Timeline {
    var script = AutoscalerScript(wanted: 4)
    script.begin()
    script.sync(at: 15, asks: [4])
    body(&script)
    script.end(at: 120)
    return script.timeline
  }

  @Test("a goal that kubectl scale reached is reached, and says by whom")
  func scaledByHand() throws {
    let byHand = try judge(
      "{name: e, scaleUp: {after: calm.start, to: \">= 8\", of: wanted, within: 60s}}",
      on: script { $0.scale(at: 20, to: 10, by: "kubectl", subresource: "scale") })
    let byAutoscaler = try judge(
      "{name: e, scaleUp: {after: calm.start, to: \">= 8\", of: wanted, within: 60s}}",
      on: script { $0.sync(at: 30, asks: [10], to: 10) })

    #expect(byHand.verdict == .pass)
    #expect(byHand.finding.contains("4 -> 10 wanted by kubectl, not by the autoscaler"), "\(byHand.finding)")
    #expect(byHand.evidence.contains { $0.text == "4 -> 10 wanted by kubectl, not by the autoscaler" })
    #expect(byAutoscaler.verdict == .pass, "\(byAutoscaler.finding)")
    #expect(!byAutoscaler.finding.contains("not by the autoscaler"), "\(byAutoscaler.finding)")
  }

  @Test(
    "where the autoscaler was deleted nothing passes in silence",
    arguments: [
      ("hpaConformance: {}", Verdict.inconclusive), ("withinCorridor: {}", .inconclusive),
      ("scaleUp: {after: calm.start + 1s, to: \">= 8\", of: wanted, within: 90s}", .inconclusive),
      ("scaleUp: {after: calm.start + 1s, to: \">= 8\", of: wanted, within: 30s}", .fail),
    ])
  func deletedAutoscaler(text: String, verdict: Verdict) throws {
    let timeline = script {
      for time in [30.0, 45, 59] { $0.sync(at: time, asks: [4]) }
      $0.delete("horizontalpodautoscalers", at: 60)
    }

    let judgement = try judge("{name: e, \(text)}", on: timeline)

    #expect(judgement.verdict == verdict, "\(judgement.finding)")
    if verdict == .inconclusive {
      #expect(
        judgement.reason?.contains("HorizontalPodAutoscaler web was deleted") ?? false, "\(judgement.reason ?? "")")
    }
  }

  @Test("Deployment and autoscaler that go together are told together, as when their namespace is deleted")
  func deletedNamespace() throws {
    let timeline = script {
      $0.delete("deployments", at: 60)
      $0.delete("horizontalpodautoscalers", at: 61)
    }

    let sentences = try #require(timeline.cluster?.absenceSentences)

    #expect(sentences.count == 2)
    #expect(sentences.allSatisfy { $0.contains("their namespace is deleted") }, "\(sentences)")
  }

  @Test("a gap says why: the reason of an open verdict and the evidence carry what the failed read said")
  func causeOfGap() throws {
    let timeline = script { $0.gap(of: "deployments", from: 30, to: 50) }

    let judgement = try judge("{name: e, steadyReplicas: {during: run, count: 4, settle: 1s}}", on: timeline)

    #expect(judgement.verdict == .inconclusive)
    #expect(judgement.reason?.hasSuffix(": refused") ?? false, "\(judgement.reason ?? "")")
    #expect(judgement.evidence.contains { $0.text == "nothing certain was heard of deployments: refused" })
  }

  @Test("a floor of 0 does not pass in silence where no pod at all was available")
  func recreate() throws {
    var run = TimelineBuilder()
    run.strategy = #"{"type": "Recreate"}"#
    run.deployment(sent: 0, received: 0, wanted: 3)
    run.deployment(sent: 181, received: 181, wanted: 3, available: 0, image: "app:v2", generation: 2, updated: 0)
    run.deployment(sent: 200, received: 200, wanted: 3, available: 3, image: "app:v2", generation: 2, updated: 3)
    run.unchanged(sent: 1140, received: 1140)

    let judgement = try judge("{name: e, availabilityFloor: {during: release}}", on: run.timeline)

    #expect(judgement.verdict == .inconclusive, "\(judgement.finding)")
    #expect(judgement.finding.contains("no pod at all was available"), "\(judgement.finding)")
    #expect(judgement.reason?.contains("Recreate") ?? false, "\(judgement.reason ?? "")")
  }

  @Test("failures that certainly belong to a window and those that may are told apart, so that the sum is right")
  func uncertainEdges() throws {
    var run = TimelineBuilder()
    run.release = ActionSpan(
      name: "release", summary: "rollout", plannedAt: .seconds(180), sent: .seconds(180.5), answered: .seconds(180.6))
    run.deployment(sent: 0, received: 0, wanted: 3)
    run.deployment(sent: 180.6, received: 180.7, wanted: 3, image: "app:v2", generation: 2, updated: 0)
    run.unchanged(sent: 183, received: 183.1)
    run.deployment(sent: 183.2, received: 183.5, wanted: 3, image: "app:v2", generation: 2, updated: 3)
    run.unchanged(sent: 1140, received: 1140)
    for second in 170..<190 { run.second(at: Double(second), failed: [180: 1, 181: 20, 182: 1][second] ?? 0) }
    run.healthy(from: 0, to: 1140)

    let judgement = try judge("{name: e, errorBudget: {during: release, objective: 99.9999%}}", on: run.timeline)

    #expect(judgement.verdict == .fail, "\(judgement.finding) \(judgement.reason ?? "")")
    let numbers = try #require(
      try
        /(\d+) of \d+ requests failed \([\d.]+%\), and \d+ of \d+ that may belong to it, where 99.9999% allows (\d+): (\d+) too many/
        .firstMatch(in: judgement.finding), "\(judgement.finding)")
    let (failed, allowed, excess) = (Int(numbers.1), Int(numbers.2), Int(numbers.3))
    #expect(failed.flatMap { failed in allowed.map { failed - $0 } } == excess, "\(judgement.finding)")
  }
}
