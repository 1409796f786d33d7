import Expectations
import Foundation
import LoadFacts
import Reporting
import RunTimeline
import Statistics
import Testing

@Suite("What summaries say of all requests, and of what did not pass")
struct TotalsTests {
  /// A run of two requests, of which one fails in part.
  private func timeline(failing: Bool) -> Timeline {
    var timeline = SmallRun.timeline()
    timeline.load += timeline.load.map { interval in
      var other = interval
      other.route = "an order of a very long name, longer than most terminals are wide beside figures"
      other.outcomes = [interval.outcomes[0]]
      other.offered = other.completed
      return other
    }
    if !failing {
      for index in timeline.load.indices {
        timeline.load[index].outcomes.removeAll(where: \.failed)
        timeline.load[index].offered = timeline.load[index].completed
      }
    }
    return timeline
  }

  @Test(
    "a terminal of any width shows requests, rates, failures by outcome and four percentiles, each request by itself",
    arguments: [40, 60, 80, 120, 200])
  func widths(width: Int) {
    let table = TerminalTable.render(timeline(failing: true), SmallRun.judgements, width: width)
    let text = table.split(whereSeparator: \.isWhitespace).joined(separator: " ")

    #expect(table.split(separator: "\n").allSatisfy { $0.count <= width }, "\(table)")
    for part in [
      "605 requests in 3s: 202/s on average, 205/s at most", "5 of 605 failed (0.83%): 5 with 502", "99.8 ms",
    ] {
      #expect(text.contains(part), "\(part) in \(table)")
    }
    #expect(
      text.contains("the successful 600 50.2 ms") || text.contains("the successful: 600; p50 50.2 ms"), "\(table)")
    #expect(text.contains("list 305 5 ") || text.contains("list: 305, 5 failed;"), "\(table)")
  }

  @Test("an even rate has no highest one, though the counts of its slices differ by a request; an uneven one has")
  func evenRate() {
    for (counts, peak) in [([7, 8], nil), ([5, 10], "40/s at most")] as [([Int], String?)] {
      var timeline = SmallRun.timeline()
      timeline.load = (0..<8).map { index in
        LoadInterval(
          start: .milliseconds(index * 250), end: .milliseconds(index * 250 + 250), route: "list",
          offered: counts[index % 2], sent: counts[index % 2], outcomes: [])
      }
      let text = TerminalTable.render(timeline, [], width: 120)

      #expect(text.contains("60 requests in 2s: 30/s on average"), "\(text)")
      #expect(peak.map { text.contains($0) } ?? !text.contains("/s at most"), "\(text)")
    }
  }

  @Test("latencies are of the successful where some failed, and of all where none did")
  func successful() {
    #expect(MarkdownSummary.render(timeline(failing: true), []).contains("| the successful | 600 |"))
    let sound = MarkdownSummary.render(timeline(failing: false), [])
    #expect(!sound.contains("the successful") && sound.contains("| all requests | 600 | 0 | 50.2 ms | "))
    let note = "Latencies are those of the 600 successful requests, of 605."
    #expect(HTMLReport.render(timeline(failing: true), []).contains(note))
    #expect(!HTMLReport.render(timeline(failing: false), []).contains("Latencies are those of"))
  }

  @Test(
    "a percentile of all requests is the same in each format, a bound where it is one, and never falls",
    arguments: [0, 5, 45, 60, 100], [false, true])
  func percentilesOfAll(refused: Int, isStalled: Bool) throws {
    var timeline = SmallRun.timeline()
    var waited = LatencyHistogram()
    waited.record(microseconds: 500, times: refused)
    for index in timeline.load.indices {
      timeline.load[index].outcomes = [timeline.load[index].outcomes[0]]
      if refused > 0 {
        timeline.load[index].outcomes.append(
          OutcomeTally(outcome: "connect refused", failed: true, completed: refused, fromDue: waited, fromSend: waited))
      }
      timeline.load[index].offered = 100 + refused
      timeline.load[index].sent = 100 + refused
    }
    if isStalled {
      timeline.generator.append(
        GeneratorSample(
          start: .zero, end: .seconds(1),
          lateness: Lateness(p50: .zero, p99: .milliseconds(150), maximum: .milliseconds(150)),
          machineLateness: Lateness(p50: .milliseconds(150), p99: .milliseconds(150), maximum: .milliseconds(150)),
          processCPU: 0, busiestWorkerCPU: 0, connectionsOpened: 0, inFlight: 0, queued: 0, longestPause: .zero))
    }

    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(JSONReport.render(timeline, []).utf8)) as? [String: Any])
    let least = try #require((json["totals"] as? [String: Any])?["latencyOfAllAtLeast"] as? [String: Any])
    let markdown = MarkdownSummary.render(timeline, [])
    let line = try #require(markdown.split(separator: "\n").first { $0.hasPrefix("| all requests |") })
    let texts = line.split(separator: "|").dropFirst(3).map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }
    #expect(texts.count == 4, "\(line)")
    var last = 0.0
    for (key, text) in zip(["p50", "p90", "p99", "p999"], texts) {
      let isBound = text.hasPrefix("≥ ")
      let value = try milliseconds(isBound ? String(text.dropFirst(2)) : text)
      let bound = try #require(least[key] as? Double)
      #expect(value >= last, "\(line)")
      #expect(abs(value - max(bound, last)) <= 0.02 * value + 0.001, "\(key) \(text), at least \(bound)")
      last = value
    }
    #expect(texts.allSatisfy { $0.hasPrefix("≥ ") } == (refused > 0), "\(line)")
    #expect(texts[0].hasPrefix("≥ ") == (refused > 0 || isStalled), "\(line)")
    let terminal = TerminalTable.render(timeline, [], width: 200)
    let shown = try #require(terminal.split(separator: "\n").first { $0.hasPrefix("all requests") })
    for text in texts { #expect(shown.contains(text), "\(text) in \(shown)") }
    #expect(HTMLReport.render(timeline, []).contains(texts[2]), "\(texts[2])")
  }

  private func milliseconds(_ text: String) throws -> Double {
    let parts = text.split(separator: " ")
    let number = try #require(Double(parts[0]), "\(text)")
    return number * (parts[1] == "µs" ? 0.001 : parts[1] == "s" ? 1000 : 1)
  }

  @Test("evidence and advice are shown for what did not pass, as far as there is room, and for nothing else")
  func evidence() {
    let facts = (1...20).map { Evidence("fact \($0)") }
    let judgements = [Verdict.pass, .fail, .inconclusive].map { verdict in
      Judgement(
        name: "a \(verdict.rawValue)", kind: "latency", expected: "e", verdict: verdict, finding: "f",
        evidence: facts.map { Evidence("\($0.text) of \(verdict.rawValue)") })
    }
    for text in [
      TerminalTable.render(timeline(failing: true), judgements),
      MarkdownSummary.render(timeline(failing: true), judgements),
    ] {
      #expect(text.contains("fact 1 of fail") && text.contains("fact 8 of inconclusive"))
      #expect(text.contains("and 12 more rows in the report") && !text.contains("fact 9 of fail"))
      #expect(!text.contains("of pass"))
    }
  }

  @Test("a run without load has no totals, and one that asks for verdicts alone shows none")
  func without() {
    let timeline = Timeline(run: SmallRun.timeline().run)
    #expect(!TerminalTable.render(timeline, []).contains("requests"))
    #expect(!TerminalTable.render(self.timeline(failing: true), [], totals: false).contains("on average"))
  }

  @Test(
    "a table of values has no instant twice, however short the run", arguments: [1, 4, 23, 24, 61, 109, 1140, 86_400])
  func instants(seconds: Int) throws {
    var timeline = SmallRun.timeline(endedAt: .seconds(seconds))
    timeline.phases = []
    let figure = try #require(HTMLReport.render(timeline, []).figure("rate"))
    let instants = figure.components(separatedBy: "<th scope=\"row\">").dropFirst().map { $0.prefix { $0 != "<" } }
    #expect(Set(instants).count == instants.count && (2...27).contains(instants.count), "\(instants)")
  }

  @Test("a run that was interrupted before its load began says so, without a time")
  func neverBegan() {
    var timeline = SmallRun.timeline(endedAt: .zero, endReason: .interrupted)
    timeline.load = []
    for index in timeline.phases.indices { (timeline.phases[index].start, timeline.phases[index].end) = (nil, nil) }
    for text in [
      HTMLReport.render(timeline, []), MarkdownSummary.render(timeline, []), TerminalTable.render(timeline, []),
    ] {
      #expect(text.contains("This run was interrupted before its load began."))
    }
  }

  @Test("how long a failed request took is wall time, whatever the time scale")
  func failureTimes() {
    let failure = FailedRequest(
      due: .seconds(60), sent: .seconds(60), completed: .milliseconds(64_020), route: "list", outcome: "502")
    let page = HTMLReport.render(SmallRun.timeline(timeScale: 60, failures: [failure]), [])
    #expect(page.contains("<td>67.0 ms</td>") && !page.contains("4.02 s"))
  }
}
