import Expectations
import Foundation
import KubernetesObjects
import Reporting
import RunTimeline
import TestRecordings
import Testing
import Units

@Suite("Reports tell of deletions, undone releases and lost sight")
struct LostSightReportTests {
  private func deletedAndRecreated() throws -> Timeline {
    try Recordings.timeline(
      "workload-deleted-and-recreated",
      phases: [("start", 0), ("deployment-deleted", 105.239), ("deployment-recreated", 178.6049)])
  }

  @Test("that a workload was deleted is the first thing that a reader sees, and is marked on the axis")
  func deletion() throws {
    let timeline = try deletedAndRecreated()
    let fact = "Deployment aspnetcore-deployment was deleted at 105.2s"

    let page = HTMLReport.render(timeline, [])
    let summary = MarkdownSummary.render(timeline, [])
    let json = JSONReport.render(timeline, [])

    let box = try #require(page.range(of: fact))
    let charts = try #require(page.range(of: "The run over time"))
    #expect(box.lowerBound < charts.lowerBound)
    #expect(page.contains("made anew"))
    #expect(page.contains("class=\"absence-mark\""))
    #expect(page.contains("Deployment deleted at 01:45.2"))
    #expect(summary.contains(fact))
    #expect(json.contains(fact))
    #expect(json.contains("\"recreatedBy\":\"kubectl-client-side-apply\""), "\(json.prefix(2000))")
  }

  @Test("a release that was undone is named as such")
  func undone() throws {
    let page = HTMLReport.render(try Recordings.timeline("release-overtaken-by-undo"), [])

    #expect(page.contains("undone to revision 1"))
  }

  @Test("a stretch without sight is a band with its cause")
  func gap() throws {
    let log = try Recordings.log("surge-and-rollout")
    var observations = log.observations.filter { $0.received < .seconds(200) || $0.received > .seconds(300) }
    let at = try #require(observations.firstIndex { $0.received > .seconds(300) })
    observations.insert(
      Observation(
        sent: .seconds(200), received: .seconds(200), resource: "pods", kind: .gap, message: "401: token <expired>"),
      at: at)
    var timeline = try Recordings.surgeAndRollout()
    timeline = Timeline(
      run: timeline.run, phases: timeline.phases, observations: observations.filter { $0.received < .seconds(200.1) },
      clock: timeline.clock)

    let page = HTMLReport.render(timeline, [])
    let json = JSONReport.render(timeline, [])

    #expect(page.contains("class=\"area-gap\""))
    #expect(page.contains("401: token &lt;expired&gt;"))
    #expect(json.contains("\"cause\":\"401: token <expired>\""))
  }
}
