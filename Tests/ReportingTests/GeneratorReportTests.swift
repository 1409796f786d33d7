import Expectations
import Foundation
import LoadFacts
import Profiles
import Reporting
import RunTimeline
import Testing

@Suite("What a report says of the load and its generator")
struct GeneratorReportTests {
  private let page = HTMLReport.render(StrainedRun.timeline(), SmallRun.judgements)

  @Test("a saturated generator is told with when, how much and what it saw of itself")
  func saturation() throws {
    let section = try #require(page.section("generator"))
    #expect(section.contains("data-at=\"8\">00:08 – 00:12</a>"))
    #expect(section.contains("160 requests given up, 1,200 sent late, lateness p99 up to 480 ms"))
    for cause in [
      "the busiest worker used 98% of a core", "a worker waited for a CPU during 31% of the time",
      "a hypervisor gave 12% of the CPU time to others", "250 requests waited while 100 were unanswered",
    ] {
      #expect(section.contains(cause), "\(cause)")
    }
    #expect(section.components(separatedBy: "<path class=\"area-strained\" d=\"M400 0H600V").count - 1 == 5)
  }

  @Test(
    "verdict and report call a generator late from the same lateness on, however short the sample: beyond 100 ms",
    arguments: [99_999, 100_000, 100_001], [1, 0.05])
  func latenessLimit(microseconds: Int, length: Double) throws {
    let isLate = microseconds > 100_000
    let edges = [0, 1, 1 + length] + (length < 1 ? [2] : []) + [3, 4]
    var timeline = SmallRun.timeline()
    timeline.generator = zip(edges, edges.dropFirst()).map { start, end in
      let delay = Duration.microseconds(start == 1 ? microseconds : 30)
      let lateness = Lateness(p50: .zero, p99: delay, maximum: delay)
      return GeneratorSample(
        start: .seconds(start), end: .seconds(end), lateness: lateness, machineLateness: lateness, longestPause: delay)
    }
    let expectations = try ProfileReader.read(
      text: """
        apiVersion: scaleproof/v1
        kind: Profile
        metadata: {name: small}
        target: {url: "http://small.example.com"}
        requests: [{name: list, path: /}]
        load: {phases: [{name: calm, for: 2s, rate: 100/s}, {name: surge, for: 2s, rate: 100/s}]}
        expectations: [{name: fast, latency: {during: calm, percentile: 50, below: 1s}}]
        """, source: "small.yaml"
    ).expectations

    let judgement = try #require(Judge.judge(expectations, on: timeline).first)
    let page = HTMLReport.render(timeline, [])
    let json = JSONReport.render(timeline, [])

    #expect(judgement.verdict == (isLate ? .inconclusive : .pass), "\(judgement.finding)")
    #expect(judgement.isUntrusted == isLate)
    #expect(page.contains("did not keep up") == isLate)
    #expect(page.contains("answers may have lain unread for up to 100 ms") == isLate)
    #expect(json.contains("\"saturated\": []") == !isLate)
  }

  @Test("every figure that the generator keeps of itself has a chart or a fact, and none is made up when it is missing")
  func figures() throws {
    for chart in ["unsent", "lateness", "cpu", "connections", "ports"] {
      #expect(page.figure(chart) != nil, "there is a chart \(chart)")
    }
    let facts = try #require(page.section("generator"))
    #expect(facts.contains("<dt>most local ports in use</dt><dd>9,019 of 28,232</dd>"))
    #expect(facts.contains("<dt>sent more than 10 ms late</dt><dd>1,232</dd>"))
    #expect(facts.contains("<dt>most connections open</dt><dd>79</dd>"))
    var older = StrainedRun.timeline()
    older.generator = older.generator.map { sample in
      var sample = sample
      (sample.steal, sample.runQueueDelay, sample.openConnections) = (nil, nil, nil)
      (sample.ephemeralPortsUsed, sample.ephemeralPorts) = (nil, nil)
      return sample
    }
    let old = HTMLReport.render(older, [])
    #expect(old.figure("ports") == nil)
    #expect(old.figure("cpu")?.contains("hypervisor, of all CPUs") == false)
    #expect(old.contains("<dt>most local ports in use</dt><dd>not recorded</dd>"))
  }

  @Test("a generator that kept up shows no stretch and no chart of what did not happen")
  func calm() throws {
    let demo = HTMLReport.render(try DemoStory.timeline(), DemoStory.judgements)
    #expect(!demo.contains("class=\"area-strained\" d="))
    #expect(demo.contains("None was late, none waited, none was given up."))
    #expect(demo.figure("ports") == nil)
  }

  @Test("connections are counted by address, with the mean and the most of requests on one")
  func connections() throws {
    let section = try #require(page.section("connections"))
    #expect(
      section.contains(
        "<th scope=\"row\">192.0.2.7:443</th><td>4,028</td><td>50.17%</td><td>68</td><td>3,960</td><td>40</td><td>59.2</td>"
          + "<td>140</td><td>0</td>"))
    #expect(section.contains("<th scope=\"col\">packed answers</th>"))
    let demo = HTMLReport.render(try DemoStory.timeline(), [])
    #expect(demo.section("connections")?.contains("packed answers") == false)
    #expect(section.contains("[2001:db8::7]:443"))
    #expect(!HTMLReport.render(SmallRun.timeline(), []).contains("id=\"connections\""))
  }

  @Test("a failure tells how far it came, from which port, and on which kind of connection")
  func timings() throws {
    let section = try #require(page.section("failures"))
    #expect(
      section.contains(
        "<td>41234</td><td>250 ms</td><td>new</td><td>1.25 ms</td><td>–</td><td>–</td><td>–</td><td>250 ms</td>"))
    #expect(
      section.contains(
        "<td>41300</td><td>50.0 ms</td><td>reused</td><td>–</td><td>–</td><td>–</td><td>49.1 ms</td><td>49.9 ms</td>"))
    let untimed = SmallRun.timeline(failures: [
      FailedRequest(due: .zero, sent: .zero, completed: .seconds(1), route: "list", outcome: "502")
    ])
    #expect(HTMLReport.render(untimed, []).section("failures")?.contains("first byte") == false)
  }

  @Test("each phase names its stream and what drove it, and latencies from a closed model are marked as such")
  func models() throws {
    let phases = try #require(page.section("phases"))
    #expect(phases.contains("<th scope=\"row\">machines / ramp</th><td>400/s to 800/s</td>"))
    #expect(phases.contains("<th scope=\"row\">people / shoppers</th><td>50 users, 1.5s think time</td>"))
    #expect(phases.contains("Streams ran side by side"))
    #expect(page.figure("latency")?.contains("The load of people / shoppers came from a closed model") == true)
    #expect(page.contains("in part closed model"))
    #expect(page.contains(">people: shoppers</span>"))
    let demo = HTMLReport.render(try DemoStory.timeline(), [])
    #expect(!demo.contains("closed model"))
    #expect(!demo.contains("Streams ran side by side"))
  }

  @Test("a certificate that expires within 30 days of the run is warned of, in every report that people read")
  func certificate() {
    let timeline = StrainedRun.timeline(certificateDays: 29)
    let texts = [
      HTMLReport.render(timeline, []), MarkdownSummary.render(timeline, []).replacingOccurrences(of: "\\", with: ""),
      TerminalTable.render(timeline, [], width: 200),
    ]
    for text in texts { #expect(text.contains("certificate expires 29 days after the run")) }
    let expired = HTMLReport.render(StrainedRun.timeline(certificateDays: -1), [])
    #expect(expired.contains("certificate had expired when the run began"))
    let comfortable = HTMLReport.render(StrainedRun.timeline(certificateDays: 31), [])
    #expect(!comfortable.contains("certificate expires"))
    #expect(comfortable.contains("CN=api.example.com, expires"))
    #expect(!comfortable.contains("<dt>certificateExpires</dt>"))
  }

  @Test("a run that a stop rule ended names the rule, on top and among the facts")
  func stopRule() {
    let rule = "&quot;too many errors&quot;: 12% of requests failed over 10s"
    #expect(page.contains("A stop rule ended this run at 00:20 of the 00:30 that were planned: \(rule)."))
    #expect(page.contains("<dt>ended</dt><dd>00:20, aborted: \(rule)</dd>"))
  }

  @Test("the planned rate is the sum of the streams, without those that plan none")
  func plannedRate() throws {
    let figure = try #require(page.figure("rate"))
    let path = try #require(
      figure.components(separatedBy: "class=\"line-planned\" d=\"").last?.split(separator: "\"").first)
    // 400/s for half of the time, then up to 600/s, which is as far as the ramp came; the axis ends at 1,000/s.
    #expect(path.hasPrefix("M0 102L500 102L500 102L1000 68"))
  }

  @Test("programs get the same: stretches, connections, streams and notes")
  func json() throws {
    let text = JSONReport.render(StrainedRun.timeline(), [])
    let report = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let generator = try #require(report["generator"] as? [String: Any])
    let saturated = try #require(generator["saturated"] as? [[String: Any]])
    #expect(saturated.map { $0["from"] as? Double } == [8])
    #expect((saturated.first?["causes"] as? [String])?.count == 4)
    #expect((generator["rows"] as? [[Any]])?.count == 20)
    #expect((generator["columns"] as? [String])?.count == (generator["rows"] as? [[Any]])?.first?.count)
    let connections = try #require(report["connections"] as? [[String: Any]])
    #expect(connections.map { $0["closedByPeer"] as? Int } == [40, 0])
    let phases = try #require(report["phases"] as? [[String: Any]])
    #expect(phases.map { $0["users"] as? Int } == [nil, nil, 50])
    #expect((report["notes"] as? [String])?.count == 3)
    #expect((report["run"] as? [String: Any])?["endReason"] as? String == "aborted")
  }
}

extension String {
  /// The markup of one section.
  func section(_ id: String) -> String? {
    guard let start = range(of: "<section id=\"\(id)\"") else { return nil }
    guard let end = range(of: "</section>", range: start.upperBound..<endIndex) else { return nil }
    return String(self[start.lowerBound..<end.lowerBound])
  }
}
