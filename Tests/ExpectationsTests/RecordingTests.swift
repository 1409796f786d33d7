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
        "fell from 8 to 4 between 4m57.1s and 4m58.7s after settle.start, 1.3s too early"
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
    #expect(floor.verdict == .pass, "\(floor.finding) \(floor.reason ?? "")")
    #expect(floor.window?.latest ?? .zero < .seconds(110), "the window ends when the undo is complete")
    #expect(
      floor.evidence.contains { $0.text.hasPrefix("the rollout of release was overtaken by an undo to revision 1") },
      "\(floor.evidence.map(\.text))")
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

  private static let release = ActionSpan(
    name: "release", summary: "rollout", plannedAt: .seconds(61.7), sent: .seconds(61.2), answered: .seconds(61.5))

  @Test("a release that is overtaken by an undo fails, and its window ends when the undo is complete")
  func overtakenRelease() throws {
    let timeline = try Recordings.timeline(
      "release-overtaken-by-undo", phases: [("calm", 0), ("surge", 45)], actions: [Self.release])

    let completes = try judge("{name: e, rolloutCompletes: {action: release, within: 5m}}", on: timeline)
    let floor = try judge("{name: e, availabilityFloor: {during: release}}", on: timeline)

    #expect(completes.verdict == .fail)
    let told = /overtaken by an undo to revision 1 between 74\S*s and 75\S*s, complete again (at|between) 92/
    #expect(completes.finding.contains(told), "\(completes.finding)")
    let window = try #require(floor.window)
    #expect(window.latest >= .seconds(92) && window.latest <= .seconds(96), "\(window)")
    #expect(floor.evidence.contains { $0.text.contains(told) }, "\(floor.evidence.map(\.text))")
    #expect(floor.reason?.contains("had not completed") != true)
  }

  /// The workload is deleted at 105.2 s and made anew at 178.6 s.
  private static func deletedAndRecreated() throws -> Timeline {
    try Recordings.timeline(
      "workload-deleted-and-recreated",
      phases: [("calm", 0), ("surge", 45), ("deployment-deleted", 105.239), ("deployment-recreated", 178.6049)])
  }

  @Test(
    "what lay before a deletion is judged, and nobody is blamed for what follows",
    arguments: [
      ("{name: e, scaleUp: {after: surge.start, to: \">= 8\", of: wanted, within: 60s}}", Verdict.pass),
      ("{name: e, scaleUp: {after: surge.start, to: \">= 8\", within: 60s}}", .pass),
      ("{name: e, scaleUp: {after: surge.start, to: \">= 8\", within: 40s}}", .fail),
      ("{name: e, scaleUp: {after: surge.start, to: \">= 9\", within: 90s}}", .inconclusive),
      ("{name: e, steadyReplicas: {during: calm, count: 3, settle: 1s}}", .pass),
      ("{name: e, steadyReplicas: {during: run, count: \">= 3\"}}", .inconclusive),
      ("{name: e, steadyReplicas: {during: run, count: 3}}", .fail),
      ("{name: e, scaleDown: {after: surge.start, notBefore: 100s}}", .inconclusive),
      ("{name: e, withinCorridor: {}}", .inconclusive),
      ("{name: e, availabilityFloor: {during: run}}", .inconclusive),
    ])
  func deletedWorkload(text: String, verdict: Verdict) throws {
    let judgement = try judge(text, on: Self.deletedAndRecreated())

    #expect(judgement.verdict == verdict, "\(judgement.finding) \(judgement.reason ?? "")")
    guard let window = judgement.window, window.latest > .seconds(105.239) else { return }
    let fact =
      "Deployment aspnetcore-deployment was deleted at 105.2s (marked \"deployment-deleted\"), by whom is not recorded"
    #expect(judgement.evidence.contains { $0.text.hasPrefix(fact) }, "\(judgement.evidence.map(\.text))")
    if verdict == .inconclusive { #expect(judgement.reason?.contains(fact) ?? false, "\(judgement.reason ?? "")") }
  }

  @Test("the two rescales before a deletion are seen, and the workload made anew is no rescale")
  func rescalesBeforeDeletion() throws {
    let judgement = try judge("{name: e, hpaConformance: {}}", on: Self.deletedAndRecreated())

    #expect(judgement.finding.hasPrefix("2 rescales"), "\(judgement.finding)")
    #expect(judgement.verdict == .inconclusive)
    #expect(judgement.reason?.contains("deleted at 105.2s") ?? false, "\(judgement.reason ?? "")")
  }

  @Test("evidence tells of the workload's own objects, and not of 200 foreign pods")
  func foreignEvidence() throws {
    let timeline = try Recordings.timeline("foreign-pod-in-selector", phases: [("calm", 0), ("surge", 40)])

    let judgement = try judge("{name: e, scaleUp: {after: surge.start, to: \">= 20\", within: 60s}}", on: timeline)

    #expect(judgement.verdict == .fail, "\(judgement.finding)")
    let events = judgement.evidence.map(\.text).filter { $0.hasPrefix("event ") }
    #expect(events.allSatisfy { $0.contains(" aspnetcore-") }, "\(events)")
  }
}
