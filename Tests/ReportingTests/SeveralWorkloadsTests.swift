import Expectations
import Foundation
import RunTimeline
import TestRecordings
import Testing

@testable import Reporting

@Suite("Reports of a run with several workloads")
struct SeveralWorkloadsTests {
  @Test("each workload has its replicas, decisions and pods, under names of its own")
  func charts() throws {
    let page = HTMLReport.render(RunAnalysis(try TwoWorkloads.timeline()), [])

    for (id, title) in [("", "api"), ("-2", "web")] {
      #expect(page.figure("replicas\(id)")?.contains("<h3>Replicas of \(title) ") == true)
      #expect(page.figure("decisions\(id)")?.contains("<h3>Decisions of the autoscaler of \(title) ") == true)
      #expect(page.figure("pods\(id)")?.contains("<h3>Pods of \(title) ") == true)
      #expect(page.contains("<dt>ready replicas of \(title)</dt>"))
    }
    let ids = page.matches(of: /\sid="([^"]+)"/).map { String($0.output.1) }
    #expect(ids.count == Set(ids).count, "\(Dictionary(grouping: ids) { $0 }.filter { $1.count > 1 }.keys)")
    #expect(page.contains("<th scope=\"col\">workload</th>"))
  }

  @Test("what is said of one workload is what would be said of it alone")
  func alike() throws {
    let text = JSONReport.render(RunAnalysis(try TwoWorkloads.timeline()), [])
    let alone = JSONReport.render(RunAnalysis(try Recordings.surgeAndRollout()), [])
    let report = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary)
    let other = try #require(try JSONSerialization.jsonObject(with: Data(alone.utf8)) as? NSDictionary)
    let workloads = try #require(report["workloads"] as? [NSDictionary])

    #expect(workloads.compactMap { $0["name"] as? String } == ["api", "web"])
    for member in ["replicas", "corridor", "decisions", "absences"] {
      let expected = try #require(other[member] as? NSObject)
      #expect(report[member] as? NSObject == expected, "\(member)")
      for workload in workloads { #expect(workload[member] as? NSObject == expected, "\(member)") }
    }
    #expect((workloads[0]["pods"] as? [Any])?.count == (other["pods"] as? [Any])?.count)
    #expect((workloads[1]["pods"] as? [Any])?.count == (other["pods"] as? [Any])?.count)
    #expect((other["workloads"] as? [Any])?.isEmpty == true)
  }

  @Test("what is made of the load is made once, whichever workload is looked at")
  func loadOnce() throws {
    var counts: [String: Int] = [:]
    let run = RunAnalysis(try TwoWorkloads.timeline(), onWorkingOut: { counts[$0, default: 0] += 1 })

    _ = HTMLReport.render(run, [])
    _ = JSONReport.render(run, [])

    #expect(counts["LoadSeries"] == 1)
    #expect(counts["MachineDelay"] == 1)
    #expect(counts["Optional<ScalingRecord>"] == 2)
    #expect(counts["Optional<DecisionReplay>"] == 2)
  }
}
