import Expectations
import Foundation
import KubernetesObjects
import RunTimeline
import TestRecordings
import Testing
import Units

/// The band of counts that the spec allows, around what a real controller did, and around copies that were bent.
@Suite("Corridor of replicas")
struct ReplicaCorridorTests {
  private static let text = "{name: e, withinCorridor: {}}"

  private func corridor(_ name: String) throws -> ReplicaCorridor {
    try #require(RunAnalysis(try Recordings.timeline(name, phases: [])).corridor)
  }

  /// What the corridor allows at an instant: `3`, or `3 to 7`.
  private func allowed(_ corridor: ReplicaCorridor, at second: Double) -> String {
    guard let step = corridor.steps.last(where: { $0.at <= .seconds(second) }) else { return "nothing" }
    return step.low == step.high ? "\(step.low)" : "\(step.low) to \(step.high)"
  }

  @Test(
    "a real controller stays within the corridor",
    arguments: [
      "surge-and-rollout", "no-behavior-surge-to-max", "metrics-outage", "quota-blocked", "stuck-rollout-and-undo",
    ])
  func stays(name: String) throws {
    let judgement = try judge(Self.text, on: Recordings.timeline(name, phases: []))

    #expect(judgement.verdict == .pass, "\(judgement.finding) \(judgement.evidence.map(\.text))")
  }

  @Test("of the surge, the corridor is one count wherever load and memory decide, and wide where a sync may have come")
  func isTight() throws {
    let corridor = try corridor("surge-and-rollout")

    // Steady load inside the tolerance: the count that stands, though minReplicas is 3 and maxReplicas 10.
    #expect([10, 30, 60].map { allowed(corridor, at: $0) } == ["3", "3", "3"])
    // 144 % of 70 % over three pods take seven; the sync came between 71.8 s and 73.3 s.
    #expect(allowed(corridor, at: 72.5) == "3 to 7")
    #expect(allowed(corridor, at: 80) == "7")
    // The window of 300 s holds eight until a sync finds it empty; then half of them may go each minute.
    #expect([300, 400, 590].map { allowed(corridor, at: $0) } == ["8", "8", "8"])
    #expect(allowed(corridor, at: 630) == "4")
    #expect(allowed(corridor, at: 1000) == "3")
  }

  @Test("while no metric can be read, the corridor is the count that stands")
  func metricsFail() throws {
    let corridor = try corridor("metrics-outage")

    #expect([70, 100, 160].map { allowed(corridor, at: $0) } == ["3", "3", "3"])
  }

  private func verdict(
    _ name: String = "surge-and-rollout", _ edit: (inout EditedLog) throws -> Void
  ) throws -> Judgement {
    var log = try EditedLog(name)
    try edit(&log)
    return try judge(Self.text, on: log.timeline())
  }

  @Test("a scale-down 60 s too early leaves the corridor below")
  func tooEarly() throws {
    let judgement = try verdict { $0.move(from: 598.7, to: 599.9, by: -60) }

    #expect(judgement.verdict == .fail, "\(judgement.finding) \(judgement.evidence.map(\.text))")
    #expect(
      judgement.finding.hasPrefix("4 wanted from 538.7s to") || judgement.finding.contains("a recommendation of 8"),
      "\(judgement.finding)")
  }

  @Test("a step of 5 where 4 is the limit leaves the corridor, up and down, with the arithmetic")
  func tooFar() throws {
    let up = try verdict { $0.replaceCount(7, by: 8, from: 73.3, to: 103.2) }
    let down = try verdict { $0.replaceCount(4, by: 3, from: 598.7, to: 700) }

    #expect(up.verdict == .fail, "\(up.finding) \(up.evidence.map(\.text))")
    #expect(up.finding.contains("4 pods per 15 s allows 7 at the highest"), "\(up.finding)")
    #expect(down.verdict == .fail, "\(down.finding) \(down.evidence.map(\.text))")
    #expect(down.finding.contains("50 % per 60 s allows 4 at the lowest"), "\(down.finding)")
  }

  @Test("a count above maxReplicas leaves the corridor")
  func aboveMax() throws {
    let judgement = try verdict { $0.replaceCount(8, by: 11, from: 103.2, to: 118) }

    #expect(judgement.verdict == .fail, "\(judgement.finding) \(judgement.evidence.map(\.text))")
    #expect(judgement.finding.contains("11 is above maxReplicas, which is 10"), "\(judgement.finding)")
  }

  @Test("with half the window in the spec, a count that is held for the whole one leaves the corridor above")
  func halvedWindow() throws {
    let judgement = try verdict {
      $0.replace("\"stabilizationWindowSeconds\":300", by: "\"stabilizationWindowSeconds\":150")
    }

    #expect(judgement.verdict == .fail, "\(judgement.finding) \(judgement.evidence.map(\.text))")
    #expect(
      judgement.finding.contains("nothing within the scaleDown window of 150 s asks for more than"),
      "\(judgement.finding)")
  }
}
