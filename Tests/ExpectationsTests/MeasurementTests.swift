import Arrivals
import Expectations
import Foundation
import Profiles
import RunTimeline
import TestRecordings
import Testing
import Units

/// In what the figures of a judgement contradict its verdict, or themselves; empty where they agree.
func contradictions(_ judgement: Judgement) -> [String] {
  contradictions(
    between: judgement.verdict, and: judgement.measurements, of: "\(judgement.expected): \(judgement.finding)")
}

func contradictions(
  between verdict: Verdict, and measurements: [Judgement.Measurement], of what: String
) -> [String] {
  let limited = measurements.filter { $0.limit != nil }
  let positions = limited.map(\.position)
  var found: [String] = []
  switch verdict {
  case .pass:
    if limited.isEmpty { found.append("passes, and no figure has a limit") }
    if !positions.allSatisfy({ $0 == .within }) { found.append("passes, and a figure may break its limit") }
  case .fail:
    if !positions.contains(.outside) { found.append("fails, and no figure certainly breaks its limit") }
  case .inconclusive:
    if positions.contains(.outside) { found.append("is open, and a figure certainly breaks its limit") }
    if !limited.isEmpty, positions.allSatisfy({ $0 == .within }) {
      found.append("is open, and all figures keep their limits")
    }
  }
  for measurement in measurements {
    if let low = measurement.lowest, let high = measurement.highest, low > high {
      found.append("\(measurement.name) lies between \(low) and \(high)")
    }
  }
  let names = measurements.map(\.name)
  if Set(names).count < names.count { found.append("two figures of one name") }
  return found.map { "\(what): \($0): \(measurements)" }
}

@Suite("Figures behind verdicts")
struct MeasurementTests {
  /// Expectations of every kind with bounds at random, from far too strict to far too lax.
  private static func expectations(_ random: inout SplitMix64) -> [String] {
    let seconds = [1, 10, 30, 43, 60, 90, 285, 297, 300, 600, 720].randomElement(using: &random) ?? 1
    let length = "\(seconds).\(Int.random(in: 0...9, using: &random))s"
    let count = Int.random(in: 0...11, using: &random)
    let relation = [">=", "<=", ">", "<", "=="].randomElement(using: &random) ?? "=="
    let of = ["wanted", "current", "ready", "available"].randomElement(using: &random) ?? "ready"
    let moment =
      ["calm.start", "surge.start", "settle.start", "run.start", "surge.end"]
      .randomElement(using: &random) ?? "run.start"
    let window = ["calm", "surge", "settle", "run", "release"].randomElement(using: &random) ?? "run"
    // No count is less than none, which profiles refuse.
    let condition = "\"\(relation) \(max(count, 1))\""
    return [
      "{name: e, scaleUp: {after: \(moment), to: \(condition), of: \(of), within: \(length)}}",
      "{name: e, scaleDown: {after: \(moment), to: \(condition), of: \(of), within: \(length)}}",
      "{name: e, scaleDown: {after: run.start, notBefore: \(length), of: \(of)}}",
      "{name: e, scaleDown: {after: surge.start, notBefore: \(length), to: \(condition), within: 750s}}",
      "{name: e, steadyReplicas: {during: \(window), count: \(condition), of: \(of), settle: 2s}}",
      "{name: e, availabilityFloor: {during: \(window)}}",
      "{name: e, rolloutCompletes: {action: release, within: \(length)}}",
      "{name: e, withinCorridor: {during: \(window)}}",
      "{name: e, podStartup: {during: \(window), within: \(seconds + 5)s, ready: \(length)}}",
      "{name: e, gracefulExit: {during: \(window), spare: \(count)s}}",
      "{name: e, flapping: {during: \(window), reversals: \(condition)}}",
      "{name: e, podsStayHealthy: {during: \(window), restarts: \(count)}}",
      "{name: e, scheduledWithin: {during: \(window), within: \(length)}}",
      "{name: e, replicasSurvive: {during: \(window)}}",
      "{name: e, oneRollout: {during: \(window)}}",
      "{name: e, undisturbed: {during: \(window)}}",
      "{name: e, surgeCeiling: {during: \(window), terminating: \(count)}}",
      "{name: e, podsAdmitted: {during: \(window)}}",
      "{name: e, endpointsFloor: {during: \(window), atLeast: \(count + 1)}}",
    ]
  }

  private static func timeline(_ name: String) throws -> Timeline {
    let release = ActionSpan(
      name: "release", summary: "rollout", plannedAt: .seconds(180), sent: .seconds(179.866),
      answered: .seconds(179.95))
    return try Recordings.timeline(
      name, phases: [("calm", 0), ("surge", 59.8551), ("settle", 300.0593)], actions: [release])
  }

  @Test("agree with the verdict on every recording of a real control plane", arguments: Recordings.all)
  func recordings(name: String) throws {
    var random = SplitMix64(seed: 20_240_601)
    let timeline = try Self.timeline(name)
    var texts = ["{name: e, hpaConformance: {}}"]
    for _ in 0..<12 { texts += Self.expectations(&random) }

    let judgements = judgeEach(try texts.map { try expectation($0) }, on: timeline)

    let faults = judgements.flatMap(contradictions)
    #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
  }

  @Test("are the numbers that were measured, without the noise of binary fractions")
  func digits() throws {
    var run = TimelineBuilder()
    for start in 60..<300 { run.second(at: Double(start), latency: .microseconds(6_943)) }
    run.healthy(from: 0, to: 1140)

    let judgement = try judge("{name: e, latency: {during: surge, percentile: 99, below: 6.999ms}}", on: run.timeline)

    #expect(judgement.verdict == .pass)
    #expect(judgement.measurements.first?.highest == 6.943)
    #expect(judgement.measurements.first?.limit == Judgement.Measurement.Limit(.lessThan, 6.999))
  }

  @Test("agree with the verdict whatever became of the load", arguments: 1...60)
  func loads(seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed))
    let timeline = TimelineBuilder.random(&random).timeline
    for _ in 0..<10 {
      let window = ["calm", "surge", "run", "release"].randomElement(using: &random) ?? "run"
      let route = [", route: home", ", route: order", ""].randomElement(using: &random) ?? ""
      let from = ["due", "send"].randomElement(using: &random) ?? "due"
      let share = ["60%", "90%", "97%", "99%", "99.9%"].randomElement(using: &random) ?? "99%"
      let percentile = ["50", "90", "99"].randomElement(using: &random) ?? "99"
      let bound = Int.random(in: 800...100_000, using: &random)
      for text in [
        "latency: {during: \(window), percentile: \(percentile), below: \(bound)us, from: \(from)\(route)}",
        "latency: {during: \(window), percentile: \(percentile), below: \(bound)us, confidence: 95%\(route)}",
        "errorBudget: {during: \(window), objective: \(share)\(route)}",
        "errorBudget: {during: \(window), objective: \(share), confidence: 95%\(route)}",
        "budgetShare: {during: \(window), objective: \(share), atMost: 0.001%\(route)}",
        "burnRate: {objective: \(share == "60%" ? "90%" : share)\(route)}",
        "goodSlices: {during: \(window), slices: 7s, objective: \(share), atLeast: 60%, requests: 20\(route)}",
        "notWorse: {during: \(window == "release" ? window : "surge"), than: calm, margin: 2%\(route)}",
        "throughput: {during: \(window), atLeast: \(share)\(route)}",
        "throughput: {during: \(window), atLeast: \(Int.random(in: 1...120, using: &random))/s\(route)}",
      ] { _ = try judge("{name: e, \(text)}", on: timeline) }
    }
  }

  @Test("are there for every kind of expectation and every verdict that it can have, and the guide lists each")
  func everyKind() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Reports/README.md")
    let guide = try String(contentsOf: file, encoding: .utf8)
    var seen: Set<String> = []
    for (kind, timeline, text) in try Self.cases() {
      let judgement = try judge("{name: e, \(kind.rawValue): \(text)}", on: timeline)
      #expect(judgement.measurements.contains { $0.limit != nil }, "\(text): \(judgement.finding)")
      seen.insert("\(judgement.kind) \(judgement.verdict.rawValue)")
      for measurement in judgement.measurements {
        let name = measurement.name.replacing(/^(wanted|current|ready|available)Replicas\.(reached|fell|least|most)/) {
          "OFReplicas.\($0.output.2)"
        }.replacing(/^latency\.p[0-9.]+$/, with: "latency.pN")
        #expect(guide.contains("`\(name)`"), "\(name)")
      }
    }
    for kind in Profiles.Expectation.KindName.allCases {
      for verdict in Verdict.allCases {
        #expect(seen.contains("\(kind.rawValue) \(verdict.rawValue)"), "no \(verdict.rawValue) of \(kind.rawValue)")
      }
    }
  }

  /// A passing, a failing and an undecided case of each kind.
  private static func cases() throws -> [(kind: Profiles.Expectation.KindName, timeline: Timeline, text: String)] {
    try replicaCases() + rolloutCases() + loadCases() + autoscalerCases() + ReleaseCases.all()
  }

  private static func cut() -> TimelineBuilder {
    var cut = TimelineBuilder(endedAt: 200, endReason: .interrupted)
    cut.deployment(sent: 0, received: 0.1, wanted: 3)
    cut.deployment(sent: 181, received: 181.1, wanted: 3, available: 2, image: "app:v2", generation: 2, updated: 1)
    cut.unchanged(sent: 199, received: 199.1)
    return cut
  }

  private static func replicaCases() throws -> [(kind: Profiles.Expectation.KindName, timeline: Timeline, text: String)]
  {
    let surge = try Recordings.surgeAndRollout()
    return [
      (.scaleUp, surge, "{after: surge.start, to: \">= 8\", within: 90s}"),
      (.scaleUp, surge, "{after: surge.start, to: \">= 9\", within: 90s}"),
      (.scaleUp, surge, "{after: settle.start, to: \">= 12\", within: 14m}"),
      (.scaleDown, surge, "{after: settle.start, notBefore: 285s}"),
      (.scaleDown, surge, "{after: settle.start, notBefore: 300s}"),
      (.scaleDown, surge, "{after: settle.start, notBefore: 298s}"),
      (.steadyReplicas, surge, "{during: calm, count: 3, settle: 1s}"),
      (.steadyReplicas, surge, "{during: surge, count: 3}"),
      (.steadyReplicas, cut().timeline, "{during: surge, count: 3}"),
      (.flapping, surge, "{reversals: 1}"),
      (.flapping, surge, "{reversals: 0}"),
      (.flapping, cut().timeline, "{reversals: 0}"),
      (.podStartup, surge, "{within: 1h}"),
      (.podStartup, surge, "{within: 1ms}"),
      (.podStartup, try Recordings.timeline("workload-deleted-and-recreated"), "{within: 1h}"),
      (.gracefulExit, surge, "{}"),
      (.gracefulExit, ReleaseCases.killed(), "{during: surge}"),
      (.gracefulExit, surge, "{spare: 1h}"),
    ]
  }

  private static func rolloutCases() throws -> [(kind: Profiles.Expectation.KindName, timeline: Timeline, text: String)]
  {
    let surge = try Recordings.surgeAndRollout()
    var short = TimelineBuilder()
    short.deployment(sent: 0, received: 0.1, wanted: 3, available: 1)
    short.unchanged(sent: 1130, received: 1130.1)
    return [
      (.availabilityFloor, surge, "{during: release}"),
      (.availabilityFloor, short.timeline, "{during: surge}"),
      (.availabilityFloor, cut().timeline, "{during: surge}"),
      (.rolloutCompletes, surge, "{action: release, within: 60s}"),
      (.rolloutCompletes, surge, "{action: release, within: 1s}"),
      (.rolloutCompletes, cut().timeline, "{action: release, within: 120s}"),
    ]
  }

  private static func loadCases() -> [(kind: Profiles.Expectation.KindName, timeline: Timeline, text: String)] {
    var load = TimelineBuilder()
    load.seconds(0..<60)
    load.seconds(60..<300, failed: 1)
    load.healthy(from: 0, to: 1140)
    var unended = TimelineBuilder()
    for start in 60..<300 { unended.second(at: Double(start), offered: 100, unended: 2) }
    unended.healthy(from: 0, to: 1140)
    return [
      (.latency, load.timeline, "{during: surge, percentile: 90, below: 250ms}"),
      (.latency, load.timeline, "{during: surge, percentile: 90, below: 2ms}"),
      (.latency, load.timeline, "{during: surge, percentile: 99.5, below: 250ms}"),
      (.latency, load.timeline, "{during: surge, percentile: 90, below: 250ms, confidence: 95%}"),
      (.errorBudget, load.timeline, "{during: surge, objective: 98%}"),
      (.errorBudget, load.timeline, "{during: surge, objective: 99.9%}"),
      (.errorBudget, load.timeline, "{during: surge, objective: 98%, confidence: 95%}"),
      (.errorBudget, unended.timeline, "{during: surge, objective: 99%}"),
      (.notWorse, load.timeline, "{during: surge, than: calm, margin: 5%}"),
      (.notWorse, load.timeline, "{during: surge, than: calm, margin: 0.5%}"),
      (.notWorse, load.timeline, "{during: surge, than: calm, margin: 1%}"),
      (.burnRate, load.timeline, "{objective: 99%}"),
      (.burnRate, load.timeline, "{objective: 99.9%, severity: ticket}"),
      (.burnRate, load.timeline, "{objective: 99.99%}"),
      (.budgetShare, load.timeline, "{during: surge, objective: 99.9%, atMost: 0.5%}"),
      (.budgetShare, load.timeline, "{during: surge, objective: 99.9%, atMost: 0.01%, productionRate: 50/s}"),
      (.budgetShare, unended.timeline, "{during: surge, objective: 99.9%, atMost: 0.1%}"),
      (.goodSlices, load.timeline, "{during: surge, objective: 99%, atLeast: 95%}"),
      (.goodSlices, load.timeline, "{during: surge, objective: 99.9%, atLeast: 95%}"),
      (.goodSlices, unended.timeline, "{during: surge, objective: 99%, atLeast: 95%}"),
      (.throughput, load.timeline, "{during: surge, atLeast: 98%}"),
      (.throughput, load.timeline, "{during: surge, atLeast: 100/s}"),
      (.throughput, unended.timeline, "{during: surge, atLeast: 99%}"),
    ]
  }

  private static func autoscalerCases() throws -> [(
    kind: Profiles.Expectation.KindName, timeline: Timeline, text: String
  )] {
    let surge = try Recordings.surgeAndRollout()
    let log = try Recordings.log("surge-and-rollout")
    // Nobody heard of the autoscaler while it scaled out.
    let lost = Duration.seconds(60)...Duration.seconds(130)
    var observations = log.observations.filter {
      $0.resource != "horizontalpodautoscalers" || !lost.contains($0.received)
    }
    let gap = Observation(
      sent: lost.lowerBound, received: lost.lowerBound, resource: "horizontalpodautoscalers", kind: .gap,
      message: "refused")
    let index = observations.firstIndex { $0.received > gap.received } ?? observations.endIndex
    observations.insert(gap, at: index)
    let blind = Recordings.timeline("surge-and-rollout", log: log, observations: observations)
    return [
      (.hpaConformance, surge, "{}"), (.hpaConformance, surge, "{syncPeriod: 60s}"), (.hpaConformance, blind, "{}"),
      (.withinCorridor, surge, "{}"), (.withinCorridor, surge, "{tolerance: 100%}"), (.withinCorridor, blind, "{}"),
    ]
  }
}
