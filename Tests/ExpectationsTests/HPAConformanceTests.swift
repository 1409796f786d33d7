import Expectations
import Foundation
import KubernetesObjects
import RunTimeline
import TestRecordings
import Testing
import Units

/// Judges a real, conforming controller, and copies of what it did that were bent.
@Suite("Conformance of the autoscaler to its own spec")
struct HPAConformanceTests {
  private static let text = "{name: e, hpaConformance: {}}"

  @Test(
    "a real controller obeys its own spec",
    arguments: [
      ("surge-and-rollout", "4 rescales, each as the spec allows"),
      ("no-behavior-surge-to-max", "3 rescales, each as the spec allows"),
      ("metrics-outage", "1 rescale, each as the spec allows"),
      ("quota-blocked", "2 rescales, each as the spec allows"),
      ("stuck-rollout-and-undo", "the autoscaler did not scale, as its spec allows"),
      ("release-overtaken-by-undo", "4 rescales, each as the spec allows"),
      ("controller-restarts", "2 rescales, each as the spec allows"),
      // One of the pods that it counts has no owner.
      ("foreign-pod-in-selector", "4 rescales, each as the spec allows"),
    ])
  func conforms(name: String, finding: String) throws {
    let judgement = try judge(Self.text, on: Recordings.timeline(name, phases: []))

    #expect(judgement.verdict == .pass, "\(judgement.finding) \(judgement.evidence.map(\.text))")
    #expect(judgement.finding == finding)
  }

  private func verdict(
    _ name: String = "surge-and-rollout", _ edit: (inout EditedLog) throws -> Void
  ) throws -> Judgement {
    var log = try EditedLog(name)
    try edit(&log)
    return try judge(Self.text, on: log.timeline())
  }

  @Test("a scale-down 60 s too early fails by the recommendation that the window still holds")
  func tooEarly() throws {
    let judgement = try verdict { $0.move(from: 598.7, to: 599.9, by: -60) }

    #expect(judgement.verdict == .fail, "\(judgement.finding) \(judgement.evidence.map(\.text))")
    #expect(
      judgement.finding.hasPrefix(
        "8 to 4: the scaleDown window of 300 s still held a recommendation of 8, made 3m5"), "\(judgement.finding)")
  }

  @Test("the second step down 30 s too early fails by the policy's budget")
  func budgetSpent() throws {
    let judgement = try verdict { log in
      log.drop(from: 613, to: 645, resource: "horizontalpodautoscalers")
      log.move(from: 658.8, to: 660, by: -30)
    }

    #expect(judgement.verdict == .fail, "\(judgement.finding) \(judgement.evidence.map(\.text))")
    #expect(
      judgement.finding.contains("4 to 3: 50 % per 60 s, counted from 8 at the start of that time, allows 4"),
      "\(judgement.finding)")
  }

  @Test("a step of 5 where 4 is the limit fails, up and down, with the arithmetic")
  func tooFar() throws {
    let up = try verdict { $0.replaceCount(7, by: 8, from: 73.3, to: 103.2) }
    let down = try verdict { $0.replaceCount(4, by: 3, from: 598.7, to: 700) }

    #expect(up.verdict == .fail, "\(up.finding) \(up.evidence.map(\.text))")
    #expect(up.finding.contains("3 to 8: 4 pods per 15 s allows 7 at the highest"), "\(up.finding)")
    #expect(down.verdict == .fail, "\(down.finding) \(down.evidence.map(\.text))")
    #expect(down.finding.contains("8 to 3: 50 % per 60 s allows 4 at the lowest"), "\(down.finding)")
  }

  @Test("a count above maxReplicas fails")
  func aboveMax() throws {
    let judgement = try verdict { $0.replaceCount(8, by: 11, from: 103.2, to: 118) }

    #expect(judgement.verdict == .fail, "\(judgement.finding) \(judgement.evidence.map(\.text))")
    #expect(judgement.finding.contains("7 to 11: 11 is above maxReplicas, which is 10"), "\(judgement.finding)")
  }

  @Test("with half the window in the spec, a count that is held for the whole one fails")
  func halvedWindow() throws {
    let judgement = try verdict {
      $0.replace("\"stabilizationWindowSeconds\":300", by: "\"stabilizationWindowSeconds\":150")
    }

    #expect(judgement.verdict == .fail, "\(judgement.finding) \(judgement.evidence.map(\.text))")
    #expect(
      judgement.finding.contains(
        "stays at 8: it had to go to 4 at most: nothing within the scaleDown window of 150 s asks for more than"),
      "\(judgement.finding)")
  }
}

/// A recording with some of its lines bent.
struct EditedLog {
  private var lines: [(t: Double, resource: String, text: String)]
  private let name: String

  init(_ name: String) throws {
    self.name = name
    let text = String(decoding: try Recordings.text(name), as: UTF8.self)
    lines = try text.split(separator: "\n").map { line in
      let value = try JSONDecoder().decode(Head.self, from: Data(line.utf8))
      return (value.t, value.resource, String(line))
    }
  }

  private struct Head: Decodable {
    let t: Double
    let resource: String
  }

  /// Moves everything of a stretch of time, with the times that its writes bear.
  mutating func move(from: Double, to: Double, by seconds: Double) {
    let start = startedAt
    for index in lines.indices where lines[index].t >= from && lines[index].t <= to {
      var text = lines[index].text.replacingOccurrences(
        of: "\"t\":\(lines[index].t)", with: "\"t\":\(lines[index].t + seconds)")
      for second in Int(from) - 2...Int(to) + 2 {
        let old = KubernetesTime(seconds: start + Int64(second)).description
        let new = KubernetesTime(seconds: start + Int64(second) + Int64(seconds)).description
        text = text.replacingOccurrences(of: "\"\(old)\"", with: "\"\(new)\"")
      }
      text = text.replacingOccurrences(of: "\"t\": \(lines[index].t)", with: "\"t\": \(lines[index].t + seconds)")
      lines[index].text = text
      lines[index].t += seconds
    }
    lines = lines.enumerated().sorted { ($0.element.t, $0.offset) < ($1.element.t, $1.offset) }.map(\.element)
  }

  mutating func drop(from: Double, to: Double, resource: String) {
    lines.removeAll { $0.t >= from && $0.t <= to && $0.resource == resource }
  }

  /// Writes another wanted count into the Deployment and the autoscaler over a stretch of time.
  mutating func replaceCount(_ old: Int, by new: Int, from: Double, to: Double) {
    for index in lines.indices where lines[index].t >= from && lines[index].t <= to {
      switch lines[index].resource {
      case "deployments":
        lines[index].text = lines[index].text.replacingOccurrences(
          of: "\"spec\":{\"replicas\":\(old)",
          with: "\"spec\":{\"replicas\":\(new)")
      case "horizontalpodautoscalers":
        lines[index].text = lines[index].text
          .replacingOccurrences(of: "\"desiredReplicas\":\(old)", with: "\"desiredReplicas\":\(new)")
          .replacingOccurrences(of: "\"currentReplicas\":\(old)", with: "\"currentReplicas\":\(new)")
      default: break
      }
    }
  }

  mutating func replace(_ old: String, by new: String) {
    for index in lines.indices { lines[index].text = lines[index].text.replacingOccurrences(of: old, with: new) }
  }

  private var startedAt: Int64 {
    (try? WatchLog(Data(lines[0].text.utf8)))?.startedAt.microseconds.quotientAndRemainder(dividingBy: 1_000_000)
      .quotient ?? 0
  }

  func timeline() throws -> Timeline {
    try Recordings.timeline(name, log: WatchLog(Data(lines.map(\.text).joined(separator: "\n").utf8)))
  }
}
