import AutoscalerModel
import KubernetesObjects
import RunTimeline
import TestRecordings
import Testing
import Units

@testable import Expectations

/// Works out what another spec would have come to, from the metrics that were recorded.
@Suite("Explaining what another spec would have done")
struct HypotheticalReplayTests {
  private typealias Spec = HorizontalPodAutoscaler.Spec

  private func replay(
    _ timeline: Timeline, _ change: (inout Spec) -> Void
  ) throws -> (replay: HypotheticalReplay, record: ScalingRecord) {
    let record = try #require(RunAnalysis(timeline).scaling)
    let spec = HypotheticalSpec(of: record) { autoscaler in
      var spec = autoscaler.spec
      change(&spec)
      return spec
    }
    return (HypotheticalReplay(record, spec: spec), record)
  }

  /// `73.3s 3 -> 7 [metric]` for each rescale, with bounds where several counts are possible.
  private func story(_ replay: HypotheticalReplay) -> [String] {
    replay.entries.compactMap { entry in
      let moving = entry.outcomes.filter { $0.from != $0.to }
      guard !moving.isEmpty else { return nil }
      let (from, to) = (CountSet(moving.map(\.from)).text, CountSet(moving.map(\.to)).text)
      let doubt = moving.count == entry.outcomes.count ? "" : "?"
      return "\(DecisionReplay.seconds(entry.at)) \(from) -> \(to)\(doubt) [\(moving[0].term)]"
    }
  }

  @Test("with the recorded spec every sync comes to what was done, and to nothing else", arguments: Recordings.all)
  func identity(name: String) throws {
    let (replay, _) = try replay(try Recordings.timeline(name)) { _ in }

    let odd = replay.entries.filter { !$0.isAsRecorded }
    #expect(odd.isEmpty, "\(odd.map { "\($0.at): \($0.from) -> \($0.to), would \($0.lowest) to \($0.highest)" })")
    #expect(replay.end == nil)
    #expect(replay.entries.count > 5)
  }

  @Test("a shorter window ends earlier by what it is shorter, and the policies' periods follow from there")
  func shorterWindow() throws {
    let (replay, _) = try replay(try Recordings.timeline("surge-and-rollout")) {
      $0.behavior?.scaleDown?.stabilizationWindowSeconds = 60
    }

    // The last recommendation of 8 was made at 298.6 s, and the step of 50 % may be repeated after 60 s.
    #expect(
      story(replay) == [
        "73.3s 3 -> 7 [metric]", "103.4s 7 -> 8 [metric]", "358.6s 8 -> 4 [step limit]", "418.7s 4 -> 3 [minReplicas]",
      ])
  }

  @Test("a lower maxReplicas binds, and what it remembers is its own: nothing is left to take back")
  func lowerMaximum() throws {
    let (replay, _) = try replay(try Recordings.timeline("surge-and-rollout")) { $0.maxReplicas = 7 }

    #expect(
      story(replay).first == "73.3s 3 -> 7 [metric]"
        && replay.entries.allSatisfy { $0.highest <= 7 }
        && replay.entries.filter { $0.at > .seconds(80) && $0.at < .seconds(590) }.allSatisfy { $0.lowest == 7 },
      "\(story(replay))")
  }

  @Test("a policy counts the changes that would have been made, and not those that were")
  func ownBudget() throws {
    let (replay, _) = try replay(try Recordings.timeline("surge-and-rollout")) {
      $0.behavior?.scaleUp?.policies = [.init(type: "Pods", value: 1, periodSeconds: 60)]
    }

    #expect(story(replay).prefix(2) == ["73.3s 3 -> 4 [step limit]", "133.4s 4 -> 5 [step limit]"])
  }

  @Test("without a limit the metrics ask for as many as the target needs, where the recorded limit had cut the step")
  func otherTarget() throws {
    let (replay, _) = try replay(try Recordings.timeline("surge-and-rollout")) {
      $0.metrics?[0].resource?.target.averageUtilization = 140
    }

    // 144 % of three pods is inside the tolerance of a target of 140 %.
    let entry = try #require(replay.entries.first { $0.at > .seconds(73) })
    #expect(entry.from == 3 && entry.to == 7)
    #expect(entry.outcomes.map(\.to) == [3])
    #expect(entry.outcomes.first?.decision?.bindingTerm == .tolerance(metric: 0))
  }

  @Test("metrics that failed hold any spec, and a restart of the controller forgets for it as well")
  func failures() throws {
    let outage = try replay(try Recordings.timeline("metrics-outage")) {
      $0.metrics?[0].resource?.target.averageUtilization = 60
    }.replay
    let restarts = try replay(try Recordings.timeline("controller-restarts")) {
      $0.behavior?.scaleDown?.stabilizationWindowSeconds = 60
    }.replay

    let during = outage.entries.filter { $0.at > .seconds(60) && $0.at < .seconds(163) }
    #expect(!during.isEmpty && during.allSatisfy { $0.lowest == 3 && $0.highest == 3 })
    // The controller that began at 172.2 s remembers for 60 s the 7 that it found.
    let held = restarts.entries.filter { $0.at > .seconds(172) && $0.at < .seconds(232) }
    #expect(held.count > 3 && held.allSatisfy { $0.lowest == 7 && $0.highest == 7 }, "\(story(restarts))")
    #expect(restarts.entries.contains { $0.at > .seconds(232) && $0.lowest == 3 }, "\(story(restarts))")
  }

  @Test("what others did to the count is taken to have come all the same")
  func otherHands() throws {
    var script = AutoscalerScript(wanted: 4)
    script.begin()
    script.sync(at: 10, asks: [8], to: 8)
    script.sync(at: 25, asks: [8])
    script.scale(at: 32, to: 12, by: "kubectl-scale", subresource: "scale")
    script.sync(at: 40, asks: [12])
    script.end(at: 50)

    let (replay, record) = try replay(script.timeline) { $0.maxReplicas = 6 }

    #expect(story(replay) == ["10.0s 4 -> 6 [maxReplicas]", "40.0s 12 -> 6 [maxReplicas]"])
    let lines = replay.lines(of: record, beside: DecisionReplay(record))
    #expect(
      lines.contains(
        "     32.0s  8 -> 12  by kubectl-scale, not by the autoscaler, and taken to have come all the same"),
      "\(lines)")
  }

  @Test("after a gap it begins anew with what was recorded, and says so")
  func gap() throws {
    var script = AutoscalerScript(wanted: 4)
    script.begin()
    script.sync(at: 10, asks: [8], to: 8)
    script.sync(at: 25, asks: [8])
    script.gap(of: "horizontalpodautoscalers", from: 30, to: 95)
    script.sync(at: 100, asks: [9], to: 9)
    script.end(at: 110)

    let (replay, record) = try replay(script.timeline) { $0.maxReplicas = 6 }

    #expect(replay.starts.count == 2)
    let text = replay.lines(of: record, beside: DecisionReplay(record)).joined(separator: "\n")
    #expect(text.contains("begun anew with the 8 that were recorded: nobody watched the autoscaler"), "\(text)")
  }

  @Test("a count that follows from what nobody saw has bounds, and no single number")
  func unseenMemory() throws {
    var script = AutoscalerScript(wanted: 8)
    script.behavior = #"{"scaleDown": {"selectPolicy": "Disabled"}}"#
    script.begin()
    for index in 0..<8 { script.sync(at: 10 + 15.0 * Double(index), asks: [3 + index % 2]) }
    script.end(at: 130)

    let (replay, _) = try replay(script.timeline) { $0.behavior?.scaleDown?.selectPolicy = "Max" }

    // A recommendation from before the recording may still hold the eight.
    let first = try #require(replay.entries.first)
    #expect(first.lowest == 3 && first.highest == 8)
  }

  @Test("the text names both specs, what is left out, and rescales side by side")
  func text() throws {
    let (replay, record) = try replay(try Recordings.timeline("surge-and-rollout")) {
      $0.behavior?.scaleDown?.stabilizationWindowSeconds = 60
    }

    let lines = replay.lines(of: record, beside: DecisionReplay(record))

    #expect(lines[1].hasPrefix("HPA aspnetcore-hpa: 3 to 10 replicas; cpu at 70 % of the request;"))
    #expect(lines[1].hasSuffix("scaleDown 50 %/60s, window 300s"))
    #expect(lines[2].hasPrefix("would be: ") && lines[2].hasSuffix("scaleDown 50 %/60s, window 60s"))
    #expect(lines.count { $0.hasPrefix("Left out is the feedback") } == 1)
    #expect(lines.contains("    358.6s  stayed at 8; would do 8 -> 4  [step limit]"))
    #expect(lines.contains("    598.8s  did 8 -> 4  [step limit]; would stay at 3  [minReplicas]"))
    #expect(
      lines.contains(
        "Wanted replica-minutes from 0.0s to 1139.2s: 101.2 as recorded, 81.2 as it would have been."),
      "\(lines.prefix(16))")
  }
}
