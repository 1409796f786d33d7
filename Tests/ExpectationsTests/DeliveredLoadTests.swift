import Expectations
import Foundation
import RunTimeline
import Testing
import Units

@Suite("Load that bears on a count of replicas")
struct DeliveredLoadTests {
  /// Where the load was not delivered, in seconds of the run.
  private enum Trouble: String, CaseIterable {
    case none, beforeMemory, inMemory, beforeDecision, afterDecision
  }

  private struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    /// When the wanted count went from 3 to 8 and back.
    var up: Double?
    var down: Double?
    /// Stretches without load, by where they lie.
    let memory: Range<Int>?
    let before: Range<Int>
    let after: Range<Int>
    let verdict: Verdict
    var testDescription: String { name }
  }

  private static let cases = [
    Case(
      name: "scaleUp, reached", text: "scaleUp: {after: surge.start, to: \">= 8\", of: wanted, within: 60s}", up: 80,
      memory: nil, before: 65..<75, after: 85..<118, verdict: .pass),
    Case(
      name: "scaleUp, missed", text: "scaleUp: {after: surge.start, to: \">= 8\", of: wanted, within: 60s}", up: nil,
      memory: nil, before: 65..<75, after: 125..<200, verdict: .fail),
    Case(
      name: "scaleDown, too early", text: "scaleDown: {after: settle.start + 300s, notBefore: 285s}", up: 80,
      down: 700, memory: 400..<500, before: 610..<650, after: 705..<880, verdict: .fail),
    Case(
      name: "scaleDown, late enough", text: "scaleDown: {after: settle.start + 300s, notBefore: 285s}", up: 80,
      down: 900, memory: 400..<500, before: 610..<650, after: 890..<1000, verdict: .pass),
    Case(
      name: "scaleDown, reached", text: "scaleDown: {after: settle.start + 300s, to: 3, within: 400s}", up: 80,
      down: 900, memory: 400..<500, before: 610..<650, after: 910..<1000, verdict: .pass),
    Case(
      name: "scaleDown, missed", text: "scaleDown: {after: settle.start + 300s, to: 3, within: 400s}", up: 80,
      down: nil, memory: 400..<500, before: 610..<650, after: 1010..<1100, verdict: .fail),
    Case(
      name: "steadyReplicas, broken", text: "steadyReplicas: {during: settle, count: 8, settle: 300s}", up: 80,
      down: 700, memory: 100..<200, before: 610..<650, after: 705..<880, verdict: .fail),
    Case(
      name: "steadyReplicas, kept", text: "steadyReplicas: {during: surge, count: 8, settle: 40s}", up: 80,
      down: 900, memory: 10..<50, before: 110..<150, after: 310..<400, verdict: .pass),
  ]

  private static func run(_ given: Case, without lost: Range<Int>?) throws -> TimelineBuilder {
    var run = TimelineBuilder()
    for second in 0..<1140 {
      let isLost = lost?.contains(second) ?? false
      run.second(at: Double(second), sent: isLost ? 0 : 100, dropped: isLost ? 100 : 0)
    }
    run.deployment(sent: 0, received: 0, wanted: 3)
    for (instant, wanted) in [(given.up, 8), (given.down, 3)] {
      guard let instant else { continue }
      run.unchanged(sent: instant - 0.1, received: instant - 0.1)
      run.deployment(sent: instant, received: instant, wanted: wanted)
    }
    run.unchanged(sent: 1140, received: 1140)
    return run
  }

  @Test(
    "What was not delivered matters up to the moment that decides, and as far back as the autoscaler remembers",
    arguments: cases)
  private func table(given: Case) throws {
    let text = "{name: e, \(given.text)}"
    for (place, lost, verdict) in [
      ("nowhere", nil, given.verdict),
      ("in the memory", given.memory, given.memory == nil ? given.verdict : .inconclusive),
      ("before the decision", given.before, .inconclusive), ("after the decision", given.after, given.verdict),
    ] as [(String, Range<Int>?, Verdict)] {
      let judgement = try judge(text, on: try Self.run(given, without: lost).timeline)

      #expect(
        judgement.verdict == verdict, "lost \(place): \(judgement.finding) \(judgement.reason ?? "")")
      #expect(judgement.isUntrusted == (verdict == .inconclusive), "lost \(place)")
    }
  }

  @Test("A surge that was never sent excuses a fall that came soon after it, and says where it was missed")
  func undeliveredSurge() throws {
    let fall = Self.cases[2]

    let judgement = try judge("{name: e, \(fall.text)}", on: try Self.run(fall, without: 300..<600).timeline)

    #expect(judgement.verdict == .inconclusive)
    #expect(
      judgement.reason?.hasSuffix("before the window, in the time that the autoscaler remembers") ?? false,
      "\(judgement.reason ?? "")")
  }

  @Test("How far back that is, the behavior of the autoscaler says, and else the controller's flag of the profile")
  func memory() throws {
    let fall = Self.cases[2]
    func verdict(window: Int?, flag: String?, without lost: Range<Int>) throws -> Verdict? {
      var run = try Self.run(fall, without: lost)
      if let window { run.autoscaler(stabilizationWindow: window) }
      let conformance = "hpaConformance: {\(flag.map { "downscaleStabilization: \($0)" } ?? "")}"
      let expectations = [
        try expectation("{name: e, \(fall.text)}"), try expectation("{name: c, \(conformance)}"),
      ]
      return Judge.judge(expectations, on: run.timeline).first?.verdict
    }

    #expect(try verdict(window: nil, flag: nil, without: 400..<500) == .inconclusive)
    #expect(try verdict(window: 60, flag: nil, without: 400..<500) == .fail)
    #expect(try verdict(window: 60, flag: nil, without: 560..<600) == .inconclusive)
    #expect(try verdict(window: nil, flag: "1m", without: 400..<500) == .fail)
    #expect(try verdict(window: nil, flag: nil, without: 100..<250) == .fail)
    #expect(try verdict(window: nil, flag: "10m", without: 100..<250) == .inconclusive)
  }
}

extension TimelineBuilder {
  /// An autoscaler whose behavior for scaling down has so long a window.
  fileprivate mutating func autoscaler(stabilizationWindow: Int) {
    let text = """
      {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "web", "uid": "h",
       "resourceVersion": "900"}, "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "web"}, "minReplicas": 3,
       "maxReplicas": 10, "behavior": {"scaleDown": {"stabilizationWindowSeconds": \(stabilizationWindow)}}}}
      """
    observations.insert(
      Observation(
        sent: .zero, received: .zero, resource: "horizontalpodautoscalers", kind: .listed, name: "web", uid: "h",
        resourceVersion: "900", object: Data(text.utf8)), at: 0)
    observations.insert(
      Observation(
        sent: .zero, received: .zero, resource: "horizontalpodautoscalers", kind: .list, resourceVersion: "900"), at: 1)
  }
}
