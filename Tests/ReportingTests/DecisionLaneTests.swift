import Foundation
import Reporting
import RunTimeline
import Testing

@Suite("Decisions of the autoscaler on a page")
struct DecisionLaneTests {
  private let page: String
  private let lane: String

  init() throws {
    page = HTMLReport.render(try DemoStory.timeline(), DemoStory.judgements)
    lane = try #require(page.figure("decisions"))
  }

  @Test("each rescale that the autoscaler made is an arrow with its counts, on the row of what decided it")
  func rescales() throws {
    #expect(lane.components(separatedBy: "<path class=\"arrow\"").count - 1 == 4)
    for (step, style) in [("3 → 7", "metric"), ("7 → 8", "metric"), ("8 → 4", "limit"), ("4 → 3", "limit")] {
      let mark = try #require(
        lane.components(separatedBy: "<g class=\"decision ").first { $0.contains(">\(step)</text>") })
      #expect(mark.hasPrefix("\(style)\""), "\(step) is drawn as \(style)")
    }
  }

  @Test(
    "a mark says what the metrics said, what the model decides, what bound it, what was done and what else could be")
  func sentences() throws {
    let mark = try #require(lane.components(separatedBy: "<g class=\"decision ").first { $0.contains(">8 → 4</text>") })
    let title = try #require(mark.components(separatedBy: "<title>").last?.components(separatedBy: "</title>").first)
    #expect(title.contains("8 → 4  (the step limit holds back)"))
    for name in [
      "metrics: cpu at", "model: scales from 8 to 4", "bound by: step limit", "controller: 8 → 4", "otherwise: ",
    ] {
      #expect(title.contains(name), "\(name)")
    }
  }

  @Test("the lane is one stop of the keyboard, is described in words, and says the same in a table")
  func accessibility() {
    #expect(lane.components(separatedBy: "tabindex").count == 2)
    #expect(lane.contains("aria-describedby=\"decision-text\""))
    #expect(lane.contains("4 rescales: 3 → 7, 7 → 8, 8 → 4, 4 → 3"))
    #expect(lane.contains("<summary>Decisions as a table</summary>"))
    let marks = lane.components(separatedBy: "data-entry=").count - 1
    #expect(lane.components(separatedBy: "<tr><th scope=\"row\">").count - 1 == marks)
  }

  @Test("the counts that the spec allows are a band behind the observed ones, and hold them")
  func corridor() throws {
    let figure = try #require(page.figure("replicas"))
    #expect(figure.contains("<span>allowed by the spec</span>"))
    let band = try #require(figure.range(of: "<path class=\"area-corridor\" d=\"M"))
    let observed = try #require(figure.range(of: "<path class=\"line-ready band\""))
    #expect(band.lowerBound < observed.lowerBound, "the band lies behind the lines")
    let text = JSONReport.render(try DemoStory.timeline(), [])
    let report = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let stretches = try #require(report["corridor"] as? [[Double]])
    let atSurge = try #require(stretches.first { $0[0] <= 130 && 130 < $0[1] })
    #expect(atSurge[2] <= 8 && 8 <= atSurge[3])
    #expect(
      (report["decisions"] as? [[String: Any]])?.contains { $0["from"] as? Int == 8 && $0["to"] as? Int == 4 } == true)
  }

  @Test("a run without an autoscaler has neither lane nor band")
  func without() {
    let small = HTMLReport.render(SmallRun.timeline(), [])
    #expect(small.figure("decisions") == nil)
    #expect(!small.contains("allowed by the spec"))
  }
}
