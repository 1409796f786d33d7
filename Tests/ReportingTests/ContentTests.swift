import Expectations
import Foundation
import LoadFacts
import Reporting
import RunTimeline
import Testing

@Suite("What a page says")
struct ContentTests {
  @Test("charts have no coordinate that is not a number, labelled axes, and all phases and actions")
  func charts() throws {
    let page = HTMLReport.render(try DemoStory.timeline(), DemoStory.judgements)
    for chart in ["rate", "latency", "errors", "replicas", "pods", "lateness", "cpu", "connections"] {
      let figure = try #require(page.figure(chart), "there is a chart \(chart)")
      #expect(!figure.contains(/\bnan\b/) && !figure.contains("inf%") && !figure.contains("NaN"))
      #expect(figure.contains("<title id=\"\(chart)-title\">"))
      #expect(figure.contains("<desc id=\"\(chart)-description\">"))
      #expect(figure.contains(">06:00</text>"), "the time axis of \(chart) has labels")
      #expect(figure.components(separatedBy: "phase-band").count - 1 == 3, "\(chart) has the bands of three phases")
      #expect(figure.contains("action-mark"))
      #expect(figure.contains("failure-mark"))
      #expect(figure.contains("<table>"))
    }
    #expect(page.figure("rate")?.contains(">1,500</text>") == true)
    #expect(page.figure("latency")?.contains(" ms</text>") == true)
  }

  @Test("a page needs nothing from elsewhere")
  func selfContained() throws {
    let page = HTMLReport.render(try DemoStory.timeline(), DemoStory.judgements)
    #expect(!page.contains("http://") && !page.contains("https://"))
    #expect(page.contains("default-src 'none'"))
  }

  @Test("rates are per wall second: at twenty times the speed, a second of run time is 50 ms of wall time")
  func timeScale() {
    let page = HTMLReport.render(SmallRun.timeline(timeScale: 20), SmallRun.judgements)
    #expect(page.contains("20 times as fast as the wall clock"))
    #expect(page.contains("highest rate 2,100/s"))
    #expect(!HTMLReport.render(SmallRun.timeline(), SmallRun.judgements).contains("as fast as the wall clock"))
  }

  @Test("a second without an interval interrupts the lines and is no zero")
  func gaps() throws {
    let figure = try #require(HTMLReport.render(SmallRun.timeline(), []).figure("rate"))
    let line = try #require(figure.components(separatedBy: "line-achieved\" d=\"").last?.split(separator: "\"").first)
    #expect(line.filter { $0 == "M" }.count == 2)
  }

  @Test("a killed and an interrupted run say so on top", arguments: ["killed", "interrupted"])
  func incomplete(_ kind: String) {
    let timeline =
      kind == "killed"
      ? SmallRun.timeline(endedAt: nil, endReason: nil)
      : SmallRun.timeline(endedAt: .seconds(3), endReason: .interrupted)
    for text in [
      HTMLReport.render(timeline, SmallRun.judgements), MarkdownSummary.render(timeline, SmallRun.judgements),
      TerminalTable.render(timeline, SmallRun.judgements, width: 80, colour: false),
      JUnitReport.render(timeline, SmallRun.judgements), JSONReport.render(timeline, SmallRun.judgements),
    ] {
      #expect(text.contains(kind))
    }
  }

  @Test("offsets of the server's clock say that they are run time, where that is not wall time", arguments: [1.0, 2])
  func clockOffset(timeScale: Double) throws {
    let page = HTMLReport.render(try DemoStory.timeline(timeScale: timeScale, withFailures: false), [])

    let fact = try #require(
      page.components(separatedBy: "server clock less ours</dt><dd>").last?.components(separatedBy: "<").first)
    #expect(fact.contains("-0.004 s to 0.003 s"), "\(fact)")
    #expect(fact.hasSuffix(", of run time") == (timeScale != 1), "\(fact)")
  }

  @Test("a run without anything recorded still gives every report")
  func empty() {
    let run = SmallRun.timeline().run
    var description = run
    description.endedAt = nil
    description.cluster = nil
    let timeline = Timeline(run: description)
    #expect(HTMLReport.render(timeline, []).contains("Nothing was judged"))
    #expect(JSONReport.render(timeline, []).contains("\"verdict\": null"))
    #expect(JUnitReport.render(timeline, []).contains("tests=\"0\""))
    #expect(MarkdownSummary.render(timeline, []).contains("not judged"))
    #expect(TerminalTable.render(timeline, [], width: 80, colour: false).contains("not judged"))
  }

  @Test("the page of an hour stays below three megabytes")
  func size() throws {
    var timeline = try DemoStory.timeline()
    let intervals = timeline.load
    for copy in 1...2 {
      timeline.load += intervals.map { interval in
        var later = interval
        later.start += .seconds(1140 * copy)
        later.end += .seconds(1140 * copy)
        return later
      }
    }
    timeline = Timeline(
      run: timeline.run, phases: timeline.phases, load: timeline.load, failures: timeline.failures,
      generator: timeline.generator, observations: try DemoStory.log().observations, clock: timeline.clock)
    let clock = ContinuousClock()
    var page = ""
    let taken = clock.measure { page = HTMLReport.render(timeline, DemoStory.judgements) }
    print("page of \(timeline.load.count) intervals: \(page.utf8.count) bytes in \(taken)")
    #expect(page.utf8.count < 3_000_000)
  }

  @Test("generator trouble is in a box on top and in its section")
  func saturated() {
    var timeline = SmallRun.timeline()
    timeline.load[0].dropped = 40
    timeline.load[0].sent -= 40
    let page = HTMLReport.render(timeline, SmallRun.judgements)
    #expect(page.components(separatedBy: "The load generator did not keep up.").count == 3)
    #expect(!HTMLReport.render(SmallRun.timeline(), SmallRun.judgements).contains("did not keep up"))
  }

  @Test("failures at a termination are marked on the pods that were going")
  func attribution() throws {
    let page = HTMLReport.render(try DemoStory.timeline(), DemoStory.judgements)
    let figure = try #require(page.figure("pods"))
    #expect(figure.contains("line class=\"pod-failure\""))
    let clean = HTMLReport.render(try DemoStory.timeline(withFailures: false), DemoStory.judgements)
    #expect(clean.figure("pods")?.contains("line class=\"pod-failure\"") == false)
  }
}

extension String {
  /// The markup of one chart.
  func figure(_ id: String) -> String? {
    guard let start = range(of: "<figure class=\"chart\" id=\"chart-\(id)\"") else { return nil }
    guard let end = range(of: "</figure>", range: start.upperBound..<endIndex) else { return nil }
    return String(self[start.lowerBound..<end.lowerBound])
  }
}
