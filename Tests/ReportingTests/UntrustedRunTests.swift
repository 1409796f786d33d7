import AutoscalerModel
import Expectations
import Foundation
import LoadFacts
import Reporting
import RunTimeline
import Statistics
import Testing

@Suite("Runs that cannot be trusted, and targets that do not answer")
struct UntrustedRunTests {
  private static func judgement(_ verdict: Verdict, isUntrusted: Bool = false) -> Judgement {
    Judgement(
      name: "n", kind: "latency", expected: "e", verdict: verdict, finding: "f", reason: "this machine was late",
      isUntrusted: isUntrusted)
  }

  @Test(
    "JUnit is green only where the exit status is 0, or 2 for want of observations",
    arguments: [
      (EndReason.completed, [judgement(.pass)], 0), (.completed, [judgement(.inconclusive)], 0),
      (.completed, [judgement(.pass), judgement(.inconclusive, isUntrusted: true)], 1),
      (.failed, [judgement(.pass)], 1), (.aborted, [judgement(.pass)], 1), (.aborted, [], 1),
      (.failed, [judgement(.inconclusive, isUntrusted: true)], 2),
    ])
  func junit(reason: EndReason, judgements: [Judgement], errors: Int) throws {
    let timeline = SmallRun.timeline(endReason: reason)

    let text = JUnitReport.render(timeline, judgements)

    let outline = try XMLOutline(text)
    #expect(outline.elements.count { $0 == "error" } == errors)
    #expect(text.contains("errors=\"\(errors)\""))
    #expect(text.contains("tests=\"\(outline.elements.count { $0 == "testcase" })\""))
    #expect(text.contains("skipped=\"\(outline.elements.count { $0 == "skipped" })\""))
    if errors > 0, reason == .completed { #expect(text.contains("not to be trusted: this machine was late")) }
  }

  /// Six seconds in which 100 requests each are answered, then one in which 20 time out and 80 are given up.
  private static func timeline(droppedBy label: String, byMachine: Duration) -> Timeline {
    var timeline = SmallRun.timeline()
    var good = LatencyHistogram()
    good.record(microseconds: 2_780, times: 600)
    var waited = LatencyHistogram()
    waited.record(microseconds: 10_000_000, times: 20)
    var given = LatencyHistogram()
    given.record(microseconds: 1_000_000, times: 80)
    timeline.load = [
      LoadInterval(
        start: .zero, end: .seconds(1), route: "list", offered: 700, sent: 620, dropped: 80, late: 80,
        outcomes: [
          OutcomeTally(outcome: "200", failed: false, completed: 600, fromDue: good, fromSend: good),
          OutcomeTally(outcome: "read timeout", failed: true, completed: 20, fromDue: waited, fromSend: waited),
          OutcomeTally(outcome: label, failed: true, completed: 80, fromDue: given),
        ])
    ]
    timeline.generator = [
      GeneratorSample(
        start: .zero, end: .seconds(1),
        lateness: Lateness(p50: .zero, p99: .milliseconds(900), maximum: .milliseconds(990)),
        machineLateness: Lateness(p50: byMachine, p99: byMachine, maximum: byMachine), processCPU: 0.1,
        busiestWorkerCPU: 0.1, connectionsOpened: 20, inFlight: 20, queued: 70, longestPause: byMachine, places: 20,
        placesHeldSince: .milliseconds(410))
    ]
    return timeline
  }

  private func texts(_ timeline: Timeline) -> [String] {
    [
      HTMLReport.render(timeline, []), JSONReport.render(timeline, []), TerminalTable.render(timeline, [], width: 400),
      MarkdownSummary.render(timeline, []).replacingOccurrences(of: "\\", with: ""),
    ]
  }

  @Test("Every report says that the target did not answer, and does not doubt the generator")
  func targetHung() throws {
    let told =
      "The target did not answer: 20 of 20 places held since 00:00.4, so that 80 requests of 700 could not be sent within "
      + "the time that one may wait."

    for text in texts(Self.timeline(droppedBy: OutcomeLabel.droppedByTarget, byMachine: .milliseconds(1))) {
      #expect(text.contains(told))
      #expect(!text.contains("did not keep up"))
    }
  }

  @Test("Every report says that the generator did not keep up where this machine was late")
  func machineLate() {
    for text in texts(Self.timeline(droppedBy: OutcomeLabel.droppedByMachine, byMachine: .milliseconds(900))) {
      #expect(text.contains("The load generator did not keep up"))
      #expect(!text.contains("The target did not answer"))
    }
  }

  @Test("The latency of a dead service is not that of the requests that it answered before it died")
  func latency() {
    let timeline = Self.timeline(droppedBy: OutcomeLabel.droppedByTarget, byMachine: .milliseconds(1))

    let summary = MarkdownSummary.render(timeline, [])
    let page = HTMLReport.render(timeline, [])

    #expect(summary.contains("| latency p99 of all 700 | ≥ "), "\(summary)")
    #expect(!summary.contains("| latency p99 |"))
    #expect(page.contains("of the 600 successful: p99 2.78 ms"))
  }

  @Test("A report says which profile judged where it is not the recorded one")
  func judgedBy() throws {
    var other = JudgedProfile()
    other.source = "stricter.yaml"
    let timeline = SmallRun.timeline()
    let told = "Judged by stricter.yaml, not by the profile that was recorded."

    #expect(HTMLReport.render(timeline, [], by: other).contains("<dt>judged by</dt><dd>stricter.yaml</dd>"))
    #expect(MarkdownSummary.render(timeline, [], by: other).contains("> Judged by stricter.yaml"))
    #expect(TerminalTable.render(timeline, [], by: other, width: 200).contains(told))
    #expect(JSONReport.render(timeline, [], by: other).contains("\"judgedBy\": \"stricter.yaml\""))
    #expect(!HTMLReport.render(timeline, []).contains("not by the profile"))
  }

  @Test("Corridor and decisions are worked out with the flags that the profile tells of the controller")
  func controllerFlags() throws {
    let timeline = try DemoStory.timeline()
    var settings = ControllerSettings.defaults
    settings.downscaleStabilization = .seconds(60)
    settings.tolerance = 0.5
    let (plain, flagged) = (RunAnalysis(timeline), RunAnalysis(timeline, settings: settings))

    #expect(JSONReport.render(plain, []) != JSONReport.render(flagged, []))
    #expect(HTMLReport.render(plain, []) != HTMLReport.render(flagged, []))
  }
}
