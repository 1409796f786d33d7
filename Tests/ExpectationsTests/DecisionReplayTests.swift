import AutoscalerModel
import Expectations
import RunTimeline
import TestRecordings
import Testing
import Units

/// Does the work of a real controller again, and names what bound each of its rescales.
@Suite("Explaining what the autoscaler did")
struct DecisionReplayTests {
  private func entries(_ name: String) throws -> [DecisionReplay.Entry] {
    try #require(RunAnalysis(try Recordings.timeline(name, phases: [])).replay).entries
  }

  @Test(
    "each rescale has the binding term that its story tells",
    arguments: [
      ("surge-and-rollout", ["3 -> 7 metric", "7 -> 8 metric", "8 -> 4 step limit", "4 -> 3 minReplicas"]),
      ("no-behavior-surge-to-max", ["3 -> 6 step limit", "6 -> 10 maxReplicas", "10 -> 3 minReplicas"]),
      ("metrics-outage", ["3 -> 7 metric"]),
      ("quota-blocked", ["3 -> 5 metric", "5 -> 8 metric"]),
      ("stuck-rollout-and-undo", []),
    ])
  func bindingTerms(name: String, story: [String]) throws {
    let rescales = try entries(name).filter { $0.from != $0.to }

    #expect(rescales.map { "\($0.from) -> \($0.to) \($0.decision?.bindingTerm.name ?? "unknown")" } == story)
    let allAgree = rescales.allSatisfy { $0.agrees }
    #expect(allAgree, "\(rescales.map { $0.decision?.sentence ?? "nothing" })")
  }

  @Test(
    "the model comes to what the real controller did in every sync",
    arguments: [
      "surge-and-rollout", "no-behavior-surge-to-max", "metrics-outage", "quota-blocked", "stuck-rollout-and-undo",
    ])
  func agrees(name: String) throws {
    let odd = try entries(name).filter { !$0.agrees }

    #expect(odd.isEmpty, "\(odd.map { "\($0.at): \($0.from) -> \($0.to), \($0.decision?.sentence ?? "nothing")" })")
  }

  @Test("while metrics fail, the failed metric holds the count until 163.4 s")
  func outage() throws {
    let during = try entries("metrics-outage").filter { $0.at.latest > .seconds(60) && $0.at.latest < .seconds(163) }

    #expect(during.map { $0.decision?.bindingTerm } == [.failedMetric(0)])
    #expect(during.first?.repeats == 5)
  }

  @Test("young pods that do not count yet hold the count at 88.3 s, though the metric is far above its target")
  func damping() throws {
    let entry = try #require(try entries("surge-and-rollout").first { $0.at.latest > .seconds(88) })

    #expect(entry.decision?.bindingTerm == .unreadyDamping(metric: 0), "\(entry.decision?.sentence ?? "nothing")")
  }
}

/// What `explain` prints.
@Suite("The text of an explanation")
struct DecisionReplayTextTests {
  private func lines(_ name: String) throws -> [String] {
    let run = RunAnalysis(try Recordings.timeline(name, phases: []))
    let record = try #require(run.scaling)
    return try #require(run.replay).lines(of: record)
  }

  @Test("a deletion of the workload or its autoscaler, and what was made anew, stand among the syncs")
  func absences() throws {
    let lines = try lines("workload-deleted-and-recreated")

    #expect(lines.contains { $0.contains("Deployment aspnetcore-deployment was deleted") }, "\(lines)")
    #expect(lines.contains { $0.contains("Deployment aspnetcore-deployment was made anew") }, "\(lines)")
  }

  @Test("it begins with the spec and the rescales")
  func head() throws {
    #expect(
      try lines("surge-and-rollout").prefix(7) == [
        "Explained by the autoscaler of Kubernetes 1.36 (the recording does not say which; another may differ).",
        "HPA aspnetcore-hpa: 3 to 10 replicas; cpu at 70 % of the request; "
          + "scaleUp 100 %/15s or 4 pods/15s, window 0s; scaleDown 50 %/60s, window 300s",
        "", "Rescales:", "     73.3s  3 -> 7  [metric]  cpu at 144 %, target 70 %",
        "    103.4s  7 -> 8  [metric]  cpu at 80 %, target 70 %",
        "    598.8s  8 -> 4  [step limit]  cpu at 10 %, target 70 %",
      ])
  }

  @Test("a window says which recommendation holds the count and until when, a limit which change counts against it")
  func namesWhatHolds() throws {
    let text = try lines("surge-and-rollout").joined(separator: "\n")

    #expect(
      text.contains(
        "otherwise: without the 8 of 298.6s, which counts for 300 s until 598.6s, it would have moved towards 3"))
    #expect(
      text.contains(
        "otherwise: scaleDown allows 50 % per 60 s, and the 4 of 598.8s count until 658.8s; "
          + "with a larger step it would have gone to 3"))
  }

  @Test("what a sync has in common with the one before is said once, and syncs without a trace are counted")
  func isShort() throws {
    let lines = try lines("surge-and-rollout")
    let start = try #require(lines.firstIndex { $0.hasPrefix("    688.9s  stays at 3") })

    #expect(lines[start + 1] == "            the next 28 syncs came to the same and wrote nothing")
  }

  @Test("without behavior the built-in limit is named with its numbers")
  func builtInLimit() throws {
    let text = try lines("no-behavior-surge-to-max").joined(separator: "\n")

    #expect(text.contains("no behavior: up to max(2 x current, 4) in one step, down after 5m"))
    #expect(
      text.contains("otherwise: the built-in limit is max(2 x 3, 4); with a larger step it would have gone to 10"))
  }

  @Test("a failed metric is told in the controller's words")
  func outage() throws {
    let text = try lines("metrics-outage").joined(separator: "\n")

    #expect(text.contains("[failed metric]  cpu resource utilization (percentage of request) failed"))
    #expect(
      text.contains("no metric could be read: failed to get cpu utilization: unable to get metrics for resource cpu"))
  }

  @Test("a sync that finds no workload tells of no count, and of no metrics")
  func missingWorkload() throws {
    let lines = try lines("workload-deleted-and-recreated")
    let unread = lines.filter { $0.contains("[target unreadable]") }

    #expect(unread.count == 1)
    #expect(unread.allSatisfy { $0.contains("could not read the count  [target unreadable]  no metrics were read") })
    let rescale = try #require(lines.lastIndex { $0.contains("7 -> 8") })
    #expect(!lines[rescale...].contains { $0.contains("stays at 7") }, "\(lines)")
  }

  @Test("a metric of a type that nobody knows is named, and every sync is explained by it")
  func unknownMetricType() throws {
    var script = AutoscalerScript(wanted: 4)
    script.metricText = #"{"type": "Weather"}"#
    script.begin()
    script.sync(at: 10, asks: [nil], active: false)
    script.end(at: 20)
    let run = RunAnalysis(script.timeline)
    let record = try #require(run.scaling)
    let lines = try #require(run.replay).lines(of: record)

    #expect(lines[1].contains("unknown metric source type \"Weather\""), "\(lines[1])")
    #expect(lines.contains { $0.hasPrefix("     10.0s  stays at 4  [failed metric]") }, "\(lines)")
    #expect(lines.contains { $0.contains("no metric could be read") && $0.contains("\"Weather\"") }, "\(lines)")
  }
}
