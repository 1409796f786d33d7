import Expectations
import Foundation
import LoadFacts
import Reporting
import RunTimeline
import Testing

@Suite("Hostile text stays text")
struct EscapingTests {
  static let hostile = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&`|\u{1B}[31m\u{202E}\u{0}"

  private var timeline: Timeline {
    func observation(_ resource: String, _ object: String, kind: Observation.Kind = .listed) -> Observation {
      Observation(
        sent: .zero, received: .milliseconds(10), resource: resource, kind: kind, name: "x", uid: object,
        resourceVersion: "1", object: Data(object.utf8))
    }
    func json(_ text: String) -> String {
      String(decoding: (try? JSONEncoder().encode(text)) ?? Data(), as: UTF8.self)
    }
    let name = json(Self.hostile)
    let objects = [
      ("deployments", #"{"metadata":{"name":"app","uid":"d"},"spec":{"selector":{},"template":{"spec":{}}}}"#),
      (
        "replicasets",
        #"{"metadata":{"name":"r","uid":"r","ownerReferences":[{"kind":"Deployment","name":"app","uid":"d"}]},"spec":{}}"#
      ),
      (
        "pods",
        #"{"metadata":{"name":\#(name),"uid":"p","ownerReferences":[{"kind":"ReplicaSet","name":"r","uid":"r"}]},"#
          + #""spec":{"containers":[{"name":"c","image":\#(name)}]}}"#
      ),
      (
        "events",
        #"{"metadata":{"name":"e","uid":"e"},"involvedObject":{"kind":"Pod","name":\#(name)},"reason":\#(name),"message":\#(name)}"#
      ),
    ]
    let lists = objects.flatMap { resource, object in
      [
        observation(resource, object),
        Observation(sent: .zero, received: .milliseconds(10), resource: resource, kind: .list, resourceVersion: "1"),
      ]
    }
    return SmallRun.timeline(name: Self.hostile, observations: lists, profileText: Self.hostile)
  }

  private var judgements: [Judgement] {
    [
      Judgement(
        name: Self.hostile, kind: "scaleUp", expected: Self.hostile, verdict: .fail, finding: Self.hostile,
        window: InstantBounds(.zero, .seconds(1)), evidence: [Evidence(Self.hostile)])
    ]
  }

  @Test("a page with hostile names holds no element that they ask for")
  func html() throws {
    let timeline = timeline
    try #require(timeline.cluster?.pods.count == 1)
    try #require(timeline.cluster?.events.count == 1)
    let page = HTMLReport.render(timeline, judgements)
    #expect(!page.contains("<script>alert"))
    #expect(!page.contains("<img"))
    #expect(page.components(separatedBy: "</script>").count == 3, "the page has two script elements and no more ends")
    #expect(!page.contains("\u{1B}"))
    #expect(!page.contains("\u{202E}"))
    #expect(page.components(separatedBy: "&lt;img src=x onerror=alert(2)&gt;").count > 8)
  }

  @Test("what came from the network or a profile stays text in the sections on load, connections and decisions")
  func loadSections() throws {
    var timeline = StrainedRun.timeline()
    timeline.run.endDetail = Self.hostile
    timeline.run.environment["certificate"] = Self.hostile
    timeline.phases[0].stream = Self.hostile
    timeline.phases[1].name = Self.hostile
    timeline.phases[2].name = Self.hostile
    timeline.connections[0].address = Self.hostile
    timeline.failures[0].remoteAddress = Self.hostile
    let observations = try DemoStory.log().observations.map { observation in
      var observation = observation
      if let object = observation.object, observation.resource == "horizontalpodautoscalers" {
        let name = String(decoding: try JSONEncoder().encode(Self.hostile), as: UTF8.self)
        observation.object = Data(
          String(decoding: object, as: UTF8.self).replacingOccurrences(of: "\"cpu\"", with: name).utf8)
      }
      return observation
    }
    let story = try DemoStory.timeline()
    let decided = Timeline(run: story.run, phases: story.phases, observations: observations, clock: story.clock)
    let pages = [HTMLReport.render(timeline, []), HTMLReport.render(decided, [])]
    #expect(try #require(pages[1].figure("decisions")).contains("&lt;img src=x onerror=alert(2)&gt;"))
    for page in pages {
      #expect(!page.contains("<script>alert"))
      #expect(!page.contains("<img"))
      #expect(page.components(separatedBy: "</script>").count == 3)
      #expect(!page.contains("\u{202E}"))
    }
    #expect(!TerminalTable.render(timeline, []).contains("\u{1B}"))
    #expect(!MarkdownSummary.render(timeline, []).contains("<img"))
  }

  @Test("interpolated text is escaped in HTML, inserted HTML is not")
  func builder() {
    let inner: HTML = "<b>\("a<b")</b>"
    let outer: HTML = "<p title=\"\("\"x'")\">\(inner)\(7)</p>"
    #expect(outer.markup == "<p title=\"&quot;x&#39;\"><b>a&lt;b</b>7</p>")
  }

  @Test("a terminal gets no escape sequence from outside")
  func terminal() {
    let table = TerminalTable.render(timeline, judgements, width: 80, colour: false)
    #expect(!table.contains("\u{1B}"))
    #expect(!table.contains("\u{202E}"))
  }

  @Test("a Markdown table keeps its columns, and its text is no HTML")
  func markdown() {
    let summary = MarkdownSummary.render(timeline, judgements)
    #expect(!summary.contains("<img"))
    #expect(!summary.contains("<script"))
    let row = summary.split(separator: "\n").first { $0.hasPrefix("| ❌") }
    let bars = row.map { $0.replacingOccurrences(of: "\\|", with: "").filter { $0 == "|" }.count }
    #expect(bars == 5)
  }

  @Test("the JSON is valid and gives the text back as it was")
  func json() throws {
    let text = JSONReport.render(timeline, judgements)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let run = try #require(object["run"] as? [String: Any])
    #expect(run["name"] as? String == Self.hostile)
  }

  @Test("JUnit is well-formed XML with hostile names too")
  func junit() throws {
    for (timeline, judgements) in [(timeline, judgements), (SmallRun.timeline(), SmallRun.judgements)] {
      let text = JUnitReport.render(timeline, judgements)
      let outline = try XMLOutline(text)
      #expect(outline.elements.filter { $0 == "testcase" }.count == judgements.count)
      #expect(outline.elements.filter { $0 == "failure" }.count == judgements.filter { $0.verdict == .fail }.count)
      #expect(
        outline.elements.filter { $0 == "skipped" }.count == judgements.filter { $0.verdict == .inconclusive }.count)
    }
  }
}
