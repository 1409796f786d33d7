import Expectations
import RunTimeline
import TestRecordings
import Testing
import Units

@Suite("What is said of a workload that was deleted")
struct DeletionWordingTests {
  /// The phases bear the names that expectations of tests know: the Deployment was deleted where `surge` begins, and made
  /// anew where `settle` does.
  private static func timeline() throws -> Timeline {
    try Recordings.timeline(
      "workload-deleted-and-recreated", phases: [("calm", 0.2), ("surge", 105.239), ("settle", 178.6049)])
  }

  @Test(
    "a window that begins while it is not there is open since it was deleted, not since its phase never began",
    arguments: [
      "scaleUp: {after: surge.start, to: \">= 3\", within: 30s}",
      "scaleDown: {after: surge.start, to: 3, within: 30s}",
      "scaleDown: {after: surge.start + 1s, notBefore: 30s}", "scaleDown: {after: surge.start + 30s, notBefore: 30s}",
      "steadyReplicas: {during: surge, count: 3}", "availabilityFloor: {during: surge}",
      "withinCorridor: {during: surge}", "steadyReplicas: {during: settle, count: 3}",
      "scaleUp: {after: settle.start, to: \">= 3\", within: 30s}",
    ])
  func absent(text: String) throws {
    let judgement = try judge("{name: e, \(text)}", on: try Self.timeline())

    #expect(judgement.verdict == .inconclusive, "\(judgement.finding)")
    #expect(!judgement.finding.contains("never began"), "\(judgement.finding)")
    #expect(judgement.finding.contains("Deployment aspnetcore-deployment was deleted"), "\(judgement.finding)")
    #expect(judgement.finding.contains("there"), "\(judgement.finding)")
  }

  @Test(
    "the pods that a deletion takes away are no scale-down, before and beyond the bound", arguments: [60.0, 103.5])
  func taken(bound: Double) throws {
    let judgement = try judge(
      "{name: e, scaleDown: {after: calm.start, of: available, notBefore: \(bound)s}}", on: try Self.timeline())

    #expect(judgement.verdict == .pass, "\(judgement.finding) \(judgement.reason ?? "")")
    #expect(
      judgement.finding.hasPrefix("never fell before Deployment aspnetcore-deployment was deleted"),
      "\(judgement.finding)")
    #expect(judgement.evidence.filter { $0.text.contains(" -> 0") }.allSatisfy { $0.text.contains("was deleted") })
  }
}
