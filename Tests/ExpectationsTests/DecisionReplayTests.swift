import AutoscalerModel
import Expectations
import RunTimeline
import Testing
import Units

/// Does the work of a real controller again, and names what bound each of its rescales.
@Suite("Explaining what the autoscaler did")
struct DecisionReplayTests {
  private func entries(_ name: String) throws -> [DecisionReplay.Entry] {
    DecisionReplay(try #require(ScalingRecord(try Recordings.timeline(name, phases: [])))).entries
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
