import Expectations
import Foundation
import RunTimeline
import TestRecordings
import Testing
import Units

/// Judges what a real control plane did, by the stories that the recordings' README tells.
@Suite("Recordings of a real control plane")
struct RecordingTests {
  @Test("the surge scales 3 -> 7 -> 8 -> 4 -> 3, each step at its recorded second")
  func replicaStory() throws {
    let cluster = try #require(try Recordings.surgeAndRollout().cluster)

    let steps = cluster.wantedReplicas.segments.compactMap { segment -> String? in
      guard let range = segment.range, range.lowerBound == range.upperBound else { return nil }
      return "\(range.lowerBound)@\(Int(segment.start.seconds))"
    }

    #expect(steps == ["3@0", "7@73", "8@103", "4@598", "3@658"])
    #expect(cluster.currentReplicas.extent(from: .zero, to: .seconds(1100))?.upperBound == 10)
    #expect(cluster.rollouts.count == 1)
  }

  @Test(
    "the surge meets what its user expects",
    arguments: [
      "{name: e, steadyReplicas: {during: calm, count: 3, settle: 1s}}",
      "{name: e, scaleUp: {after: surge.start, to: \">= 8\", of: ready, within: 90s}}",
      "{name: e, scaleUp: {after: surge.start, to: \">= 8\", of: wanted, within: 45s}}",
      "{name: e, scaleDown: {after: settle.start, notBefore: 285s}}",
      "{name: e, scaleDown: {after: settle.start, to: 3, within: 12m}}",
      "{name: e, rolloutCompletes: {action: release, within: 60s}}",
      "{name: e, availabilityFloor: {during: release}}",
    ])
  func passes(text: String) throws {
    let judgement = try judge(text, on: Recordings.surgeAndRollout())

    #expect(judgement.verdict == .pass, "\(judgement.finding) \(judgement.reason ?? "")")
  }

  @Test(
    "bounds that the surge did not keep fail, by how much",
    arguments: [
      (
        "{name: e, scaleUp: {after: surge.start, to: \">= 9\", of: ready, within: 90s}}",
        "at most 8 replicas were ready by 1m30s after surge.start; 1 short of 9"
      ),
      (
        "{name: e, scaleDown: {after: settle.start, notBefore: 300s}}",
        "fell from 8 to 4 between 4m56.8s and 4m58.7s after settle.start, 1.3s too early"
      ),
    ])
  func fails(text: String, finding: String) throws {
    let judgement = try judge(text, on: Recordings.surgeAndRollout())

    #expect(judgement.verdict == .fail)
    #expect(judgement.finding == finding)
  }

  @Test("an image that never becomes ready fails with the deadline that the Deployment reports")
  func stuckRollout() throws {
    let release = ActionSpan(
      name: "release", summary: "rollout", plannedAt: .seconds(10), sent: .seconds(9.8), answered: .seconds(9.9))
    let timeline = try Recordings.timeline("stuck-rollout-and-undo", phases: [("calm", 0)], actions: [release])

    let completes = try judge("{name: e, rolloutCompletes: {action: release, within: 5m}}", on: timeline)
    let floor = try judge("{name: e, availabilityFloor: {during: release}}", on: timeline)

    #expect(completes.verdict == .fail)
    #expect(completes.finding.hasPrefix("stuck: ProgressDeadlineExceeded"), "\(completes.finding)")
    #expect(floor.verdict == .inconclusive)
    #expect(floor.reason == "the rollout of release had not completed when the run ended at 3m20s")
  }

  @Test("a quota lets the wanted count rise but not the ready one")
  func quota() throws {
    let timeline = try Recordings.timeline("quota-blocked", phases: [("calm", 0), ("surge", 29.8354)])

    let wanted = try judge(
      "{name: e, scaleUp: {after: surge.start, to: \">= 8\", of: wanted, within: 60s}}", on: timeline)
    let ready = try judge("{name: e, scaleUp: {after: surge.start, to: \">= 8\", within: 60s}}", on: timeline)

    #expect(wanted.verdict == .pass, "\(wanted.finding)")
    #expect(ready.verdict == .fail)
    #expect(ready.finding == "at most 5 replicas were ready by 1m after surge.start; 3 short of 8")
    #expect(ready.evidence.contains { $0.text.contains("exceeded quota") }, "\(ready.evidence.map(\.text))")
  }

  @Test("without metrics the reaction takes 103 s, and the evidence says why")
  func metricsOutage() throws {
    let timeline = try Recordings.timeline("metrics-outage", phases: [("calm", 0), ("surge", 59.8515)])

    let late = try judge("{name: e, scaleUp: {after: surge.start, to: \"> 3\", of: wanted, within: 30s}}", on: timeline)
    let intime = try judge(
      "{name: e, scaleUp: {after: surge.start, to: \"> 3\", of: wanted, within: 104s}}", on: timeline)

    #expect(late.verdict == .fail)
    #expect(late.finding.contains("103"), "\(late.finding)")
    #expect(late.evidence.contains { $0.text.contains("FailedGetResourceMetric") }, "\(late.evidence.map(\.text))")
    #expect(intime.verdict == .pass, "\(intime.finding)")
  }
}
