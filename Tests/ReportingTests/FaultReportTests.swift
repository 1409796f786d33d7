import Expectations
import Foundation
import Reporting
import RunTimeline
import Testing

/// What was made to go wrong is seen where it went wrong: in each chart, in words, and as data.
@Suite("What was made to go wrong, in a report")
struct FaultReportTests {
  private func timeline(_ faults: [FaultSpan]) -> Timeline {
    var timeline = SmallRun.timeline()
    timeline.faults = faults
    return timeline
  }

  static let faults = [
    FaultSpan(
      summary: "node 1 lost", plannedAt: .seconds(1), lasts: .seconds(1), began: .seconds(1), ended: .seconds(2)),
    FaultSpan(
      summary: "helm patches deployment/<web>", plannedAt: .seconds(3), began: .seconds(3), ended: .seconds(3),
      problem: "404: not found"),
    FaultSpan(
      summary: "metrics stale", plannedAt: .zero, condition: "ready >= 2", began: .milliseconds(3_500)),
    FaultSpan(summary: "controllers down", plannedAt: .zero, condition: "ready >= 99"),
  ]

  @Test("is a band or a line in each chart, in its legend and in its description")
  func charts() {
    let page = HTMLReport.render(timeline(Self.faults), SmallRun.judgements)
    let charts = page.components(separatedBy: "<figure class=\"chart\"").dropFirst()
    #expect(charts.count >= 3)
    for chart in charts where chart.contains("class=\"legend\"") {
      // Begin and end of the first, the second, and the begin of the third, which has no end.
      #expect(chart.components(separatedBy: "class=\"fault-mark\"").count - 1 == 4)
      #expect(chart.components(separatedBy: "class=\"fault-band\" x=").count - 1 == 2)
      #expect(chart.contains("class=\"area-fault\""))
      #expect(chart.contains("Made to go wrong: node 1 lost from 00:01 to 00:02; "))
      #expect(chart.contains("class=\"fault-band\" x=\"25%\" y=\"0\" width=\"25%\"") == true)
    }
    #expect(page.contains("title=\"node 1 lost from 00:01 to 00:02\""))
    #expect(!page.contains("deployment/<web>"))
  }

  @Test("is a table of what was planned and what came, in the page and in the summary")
  func tables() {
    let page = HTMLReport.render(timeline(Self.faults), SmallRun.judgements)
    let table = page.components(separatedBy: "id=\"faults\"").last?.components(separatedBy: "</section>").first ?? ""
    for cell in ["node 1 lost", "at 1s for 1s", "404: not found", "when ready &gt;= 2", "the end of the run"] {
      #expect(table.contains(cell), "\(cell): \(table)")
    }
    #expect(table.contains("did not come to pass"))
    let summary = MarkdownSummary.render(timeline(Self.faults), SmallRun.judgements)
    #expect(summary.contains("| node 1 lost | at 1s for 1s |"), "\(summary)")
    #expect(summary.contains("| controllers down | when ready &gt;= 99 | did not come to pass |"), "\(summary)")
  }

  @Test("is data for programs")
  func data() throws {
    let text = JSONReport.render(timeline(Self.faults), SmallRun.judgements)
    let report = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let faults = try #require(report["faults"] as? [[String: Any]])
    #expect(faults.map { $0["summary"] as? String } == Self.faults.map(\.summary))
    #expect(faults[0]["began"] as? Double == 1 && faults[0]["ended"] as? Double == 2)
    #expect(faults[2]["condition"] as? String == "ready >= 2" && faults[2]["ended"] is NSNull)
    #expect(faults[3]["began"] is NSNull)
  }

  @Test("is not mentioned where nothing was")
  func none() {
    let page = HTMLReport.render(timeline([]), SmallRun.judgements)
    #expect(!page.contains("\"fault-mark\"") && !page.contains("Made to go wrong") && !page.contains("id=\"faults\""))
    #expect(!MarkdownSummary.render(timeline([]), SmallRun.judgements).contains("made to go wrong"))
  }
}
